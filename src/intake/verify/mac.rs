//! The code (HMAC, RFC 2104) of a text and a key that both sides have.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;

/// Makes codes with one hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// For vendors that know no other.
    Sha1,
    /// What everybody should use.
    Sha256,
}

impl Hash {
    /// The code of the parts, one behind the other.
    pub fn code<'a>(self, key: &[u8], parts: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
        match self {
            Hash::Sha1 => code::<Hmac<Sha1>>(key, parts),
            Hash::Sha256 => code::<Hmac<Sha256>>(key, parts),
        }
    }
}

fn code<'a, M: Mac + KeyInit>(key: &[u8], parts: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mac = M::new_from_slice(key);
    let mut mac = mac.expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 2202, cases 1 to 3 and 6, and RFC 4231, cases 1, 2 and 6.
    #[test]
    fn the_standards_own_vectors_come_out() {
        let jefe: (&[u8], &[u8]) = (b"Jefe", b"what do ya want for nothing?");
        let long: (&[u8], &[u8]) = (
            &[0xaa; 80],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
        );
        let longer: (&[u8], &[u8]) = (&[0xaa; 131], long.1);
        for (hash, (key, text), expected) in [
            (
                Hash::Sha1,
                (&[0x0b; 20][..], &b"Hi There"[..]),
                "b617318655057264e28bc0b6fb378c8ef146be00",
            ),
            (Hash::Sha1, jefe, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            (Hash::Sha1, long, "aa4ae5e15272d00e95705637ce8a3b55ed402112"),
            (
                Hash::Sha256,
                (&[0x0b; 20][..], &b"Hi There"[..]),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                Hash::Sha256,
                jefe,
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                Hash::Sha256,
                longer,
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ] {
            let (start, end) = text.split_at(3);
            assert_eq!(
                hex::encode(hash.code(key, [start, end])),
                expected,
                "{hash:?} {expected}"
            );
        }
    }
}
