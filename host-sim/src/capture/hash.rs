//! The hash of a packet that a pcapng block may carry (draft-ietf-opsawg-pcapng, section 4.3,
//! option `epb_hash`): one byte that names the algorithm, then the hash.

use md5::{Digest, Md5};
use sha1::Sha1;

/// The algorithms that the draft defines well enough to compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Crc32,
    Md5,
    Sha1,
}

impl Algorithm {
    pub(super) fn from_number(number: u8) -> Option<Algorithm> {
        match number {
            2 => Some(Algorithm::Crc32),
            3 => Some(Algorithm::Md5),
            4 => Some(Algorithm::Sha1),
            _ => None,
        }
    }

    /// Makes `hash` that of `after`, if it was that of `before`. One that was wrong stays as it is:
    /// making it right would hide that the packet was damaged.
    pub(super) fn follow(self, hash: &mut [u8], before: &[u8], after: &[u8]) {
        match self {
            Algorithm::Crc32 => {
                // The draft does not say in which byte order; writers differ.
                let (old, new) = (crc32fast::hash(before), crc32fast::hash(after));
                replace(hash, &old.to_be_bytes(), &new.to_be_bytes())
                    || replace(hash, &old.to_le_bytes(), &new.to_le_bytes())
            }
            Algorithm::Md5 => replace(hash, &Md5::digest(before), &Md5::digest(after)),
            Algorithm::Sha1 => replace(hash, &Sha1::digest(before), &Sha1::digest(after)),
        };
    }
}

fn replace(hash: &mut [u8], old: &[u8], new: &[u8]) -> bool {
    let was_right = hash == old;
    if was_right {
        hash.copy_from_slice(new);
    }
    was_right
}
