//! Password hashing: argon2id with the parameters OWASP recommends (Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane).

use std::sync::Arc;

use anyhow::anyhow;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// What comparing a password with a stored hash says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is not the password.
    Wrong,
    /// It is.
    Right,
    /// It is, and the stored hash should be replaced by this one, made with today's parameters.
    RightRehashed(String),
}

/// Hashes and compares passwords, two at a time: each takes 19 MiB.
#[derive(Clone)]
pub struct Passwords {
    slots: Arc<Semaphore>,
    decoy: Arc<str>,
}

impl Passwords {
    /// Ready to hash; makes the decoy that unknown accounts are compared with.
    ///
    /// # Errors
    /// When hashing does not work at all.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self {
            slots: Arc::new(Semaphore::new(2)),
            decoy: hash_now("nobody's password")?.into(),
        })
    }

    /// A hash to store.
    ///
    /// # Errors
    /// When hashing fails.
    pub async fn hash(&self, password: String) -> anyhow::Result<String> {
        let _slot = self.slots.acquire().await?;
        tokio::task::spawn_blocking(move || hash_now(&password)).await?
    }

    /// Compares; takes as long for an account that does not exist (`stored` is `None`).
    ///
    /// # Errors
    /// When comparing fails for technical reasons.
    pub async fn verify(&self, password: String, stored: Option<String>) -> anyhow::Result<Verdict> {
        let _slot = self.slots.acquire().await?;
        let decoy = self.decoy.clone();
        tokio::task::spawn_blocking(move || match stored {
            Some(stored) => verify_now(&password, &stored),
            None => verify_now(&password, &decoy).map(|_| Verdict::Wrong),
        })
        .await?
    }
}

fn hasher() -> anyhow::Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|cause| anyhow!("argon2 parameters: {cause}"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Hashes on the calling thread; for the command line and sample data.
///
/// # Errors
/// When hashing fails.
pub fn hash_now(password: &str) -> anyhow::Result<String> {
    let hash = hasher()?
        .hash_password(password.as_bytes())
        .map_err(|cause| anyhow!("hashing a password: {cause}"))?;
    Ok(hash.to_string())
}

fn verify_now(password: &str, stored: &str) -> anyhow::Result<Verdict> {
    let parsed = PasswordHash::new(stored)
        .map_err(|cause| anyhow!("a stored password hash is unreadable: {cause}"))?;
    if hasher()?.verify_password(password.as_bytes(), &parsed).is_err() {
        return Ok(Verdict::Wrong);
    }
    if is_current(&parsed) {
        Ok(Verdict::Right)
    } else {
        Ok(Verdict::RightRehashed(hash_now(password)?))
    }
}

fn is_current(hash: &PasswordHash) -> bool {
    hash.algorithm.as_str() == "argon2id"
        && Params::try_from(hash)
            .is_ok_and(|p| p.m_cost() == MEMORY_KIB && p.t_cost() == PASSES && p.p_cost() == LANES)
}
