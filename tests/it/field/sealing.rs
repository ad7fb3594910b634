//! What a browser seals, the portal opens, and nobody else.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{PublicKey, SecretKey};
use proptest::prelude::*;
use sha2::Sha256;
use waymark::platform::crypto::{KeyRing, random};

use crate::support::portal::keys;

/// Seals as a browser does: the other side of `letterbox.rs`, written a second time on purpose.
pub fn sealed(address: &str, about: &[u8], plain: &[u8]) -> String {
    let address = URL_SAFE_NO_PAD.decode(address).unwrap();
    let own = SecretKey::from_slice(&random::<32>().unwrap()).unwrap();
    let point = own.public_key().to_sec1_point(false);
    let shared = own.diffie_hellman(&PublicKey::from_sec1_bytes(&address).unwrap());
    let salt = [point.as_bytes(), &address].concat();
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(Some(&salt), shared.raw_secret_bytes())
        .expand(b"waymark/letterbox/1", &mut key)
        .unwrap();
    let nonce = random::<12>().unwrap();
    let payload = Payload {
        msg: plain,
        aad: about,
    };
    let sealed = Aes256Gcm::new(&key.into())
        .encrypt(&nonce.into(), payload)
        .unwrap();
    URL_SAFE_NO_PAD.encode([point.as_bytes(), &nonce, &sealed].concat())
}

/// The public key of the tests' portals, worked out by another library (OpenSSL, through Node's `crypto`).
const ADDRESS: &str =
    "BGbtf7rsgucHLJogRfPDtOLaJf88QPLCQ7lr-oFumv_ZYdwxud5-zyF89ZiFNwEO68zrTC8BcOHwk94wITARNiE";

/// Made by the Web Cryptography API (Node 22) with the lines of `static/field/outbox.js`: about, what was sealed, sealed.
const VECTORS: [(&str, &str, &str); 2] = [
    (
        "notes\n1",
        r#"{"said":"Wants the schedule earlier. שלום 🌧️"}"#,
        "BK2oq4nn7xcK-EGXyki9MBodRUEZEBQj5JNUSKrHsaL_O4gvhPaL7w2p_dORttfTopISLiat6Iqzqi9fYqwUuThDScdyK6qmrdB-kXXLVXnyHB_dxt1luJRv0mDyJz0f8WVUWrtHXVCPyw80J2glWPX-gJU-NXJY8QmwzEI5cesubXorXpiQ8VV9tlbsfcD5ydvNVQ",
    ),
    (
        "about nothing",
        "",
        "BEYUlYe_VdE_xXPkION_pV9m0GJ9ppUZ3NjhrRJjOn0ptOMB3QqeSF8vebTyulML4yOJjnf_FSKlRe_RLofGbaOslhp8eLy6SNwB7t33A6jjzyO_Hcmong9rn9kM",
    ),
];

#[test]
fn what_web_cryptography_sealed_is_opened() {
    let letterbox = keys().letterbox("field").unwrap();
    assert_eq!(letterbox.address(), ADDRESS);
    for (about, plain, sealed) in VECTORS {
        let opened = letterbox.open(about.as_bytes(), sealed).unwrap();
        assert_eq!(String::from_utf8(opened).unwrap(), plain);
    }
}

#[test]
fn it_opens_about_nothing_else_and_with_no_other_key() {
    let (about, _, sealed) = VECTORS[0];
    let letterbox = keys().letterbox("field").unwrap();
    assert!(letterbox.open(b"notes\n2", sealed).is_err(), "under another id");
    let others = [
        keys().letterbox("another use").unwrap(),
        KeyRing::new([8; 32]).letterbox("field").unwrap(),
    ];
    for other in others {
        assert!(other.open(about.as_bytes(), sealed).is_err());
        assert_ne!(other.name(), letterbox.name());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_is_sealed_comes_out_again(plain: Vec<u8>, about: Vec<u8>) {
        let letterbox = keys().letterbox("field").unwrap();
        let sealed = sealed(&letterbox.address(), &about, &plain);
        prop_assert_eq!(letterbox.open(&about, &sealed).unwrap(), plain);
    }

    #[test]
    fn nothing_altered_opens_and_nothing_sent_breaks_it(at in 0_usize..200, noise in "[A-Za-z0-9_-]{0,300}") {
        let letterbox = keys().letterbox("field").unwrap();
        prop_assert!(letterbox.open(b"", &noise).is_err());
        let mut bytes = URL_SAFE_NO_PAD.decode(sealed(&letterbox.address(), b"", &[1; 200])).unwrap();
        let place = at % bytes.len();
        bytes[place] ^= 1;
        prop_assert!(letterbox.open(b"", &URL_SAFE_NO_PAD.encode(bytes)).is_err());
    }
}
