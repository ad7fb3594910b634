//! Mail addresses and message identifiers, checked before they may enter a header.

use std::borrow::Cow;

use super::tags::is_name;

/// The longest address SMTP carries: a path of 256 octets without its angle brackets (RFC 5321 section 4.5.3.1.3).
const LONGEST_ADDRESS: usize = 254;
/// The longest local part (RFC 5321 section 4.5.3.1.1).
const LONGEST_LOCAL_PART: usize = 64;
/// Leaves room for the header name in a line of 998 characters (RFC 5322 section 2.1.1).
const LONGEST_IDENTIFIER: usize = 900;

/// Why a text cannot stand in a header as an address or identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("The address is not of the form name@domain.")]
    NotAnAddress,
    #[error("The part before the @ has characters that ordinary mail servers do not accept.")]
    UnusableLocalPart,
    #[error("The domain of the address is not valid.")]
    InvalidDomain,
    #[error("The address is longer than 254 characters.")]
    TooLong,
    #[error("The identifier is not valid in a mail header.")]
    InvalidIdentifier,
    #[error("The link is not valid in a mail header.")]
    InvalidLink,
}

/// Gives the address as it stands in a header: domain in ASCII, local part quoted where RFC 5322 asks for it.
pub(crate) fn for_header(address: &str) -> Result<Cow<'_, str>, AddressError> {
    if is_simple(address) {
        return Ok(Cow::Borrowed(address));
    }
    let (local, domain) = address.rsplit_once('@').ok_or(AddressError::NotAnAddress)?;
    if local.is_empty() || local.len() > LONGEST_LOCAL_PART || !local.chars().all(may_be_quoted) {
        return Err(AddressError::UnusableLocalPart);
    }
    let domain = match url::Host::parse(domain) {
        Ok(url::Host::Domain(domain)) if is_domain(&domain) => domain,
        _ => return Err(AddressError::InvalidDomain),
    };
    let address = if is_dot_atom(local) {
        format!("{local}@{domain}")
    } else {
        format!("\"{local}\"@{domain}")
    };
    if address.len() > LONGEST_ADDRESS {
        Err(AddressError::TooLong)
    } else {
        Ok(Cow::Owned(address))
    }
}

/// Checks a message identifier `left@right`, both sides dot-atoms (RFC 5322 section 3.6.4).
pub(crate) fn check_identifier(identifier: &str) -> Result<&str, AddressError> {
    match identifier.split_once('@') {
        Some((left, right))
            if identifier.len() <= LONGEST_IDENTIFIER && is_dot_atom(left) && is_dot_atom(right) =>
        {
            Ok(identifier)
        }
        _ => Err(AddressError::InvalidIdentifier),
    }
}

/// Checks a list identifier: labels joined by dots (RFC 2919 section 3).
pub(crate) fn check_list_identifier(identifier: &str) -> Result<&str, AddressError> {
    let fits = identifier.len() <= 255 && identifier.contains('.') && is_dot_atom(identifier);
    if fits {
        Ok(identifier)
    } else {
        Err(AddressError::InvalidIdentifier)
    }
}

/// Checks that a link can stand between angle brackets on one header line: starts with `scheme`, visible ASCII.
pub(crate) fn check_link<'a>(link: &'a str, scheme: &str) -> Result<&'a str, AddressError> {
    let visible = link
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b','));
    let fits = visible && link.len() <= LONGEST_IDENTIFIER && link.len() > scheme.len();
    if fits && link.starts_with(scheme) {
        Ok(link)
    } else {
        Err(AddressError::InvalidLink)
    }
}

fn is_simple(address: &str) -> bool {
    address.len() <= LONGEST_ADDRESS
        && address.split_once('@').is_some_and(|(local, domain)| {
            local.len() <= LONGEST_LOCAL_PART && is_dot_atom(local) && is_domain(domain)
        })
}

fn is_dot_atom(text: &str) -> bool {
    !text.is_empty()
        && text
            .split('.')
            .all(|atom| !atom.is_empty() && atom.bytes().all(is_atom_byte))
}

/// The characters of an atom (RFC 5322 section 3.2.3).
fn is_atom_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

fn may_be_quoted(character: char) -> bool {
    character.is_ascii_graphic() && character != '"' && character != '\\'
}

fn is_domain(domain: &str) -> bool {
    domain.len() <= 253
        && domain.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .split('-')
                    .all(|piece| piece.is_empty() || is_name(piece) || is_alphanumeric(piece))
        })
}

fn is_alphanumeric(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
