//! What has to look random, and is the same for the same seed.

use md5::{Digest, Md5};

/// Draws bytes from a seed.
#[derive(Clone, Debug)]
pub(super) struct Draws {
    seed: u64,
    drawn: u64,
}

impl Draws {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, drawn: 0 }
    }

    /// 16 bytes that were not drawn before.
    pub(super) fn next(&mut self) -> [u8; 16] {
        self.drawn += 1;
        self.of(&self.drawn.to_be_bytes())
    }

    /// 16 bytes that belong to `what`.
    pub(super) fn of(&self, what: &[u8]) -> [u8; 16] {
        Md5::new()
            .chain_update(self.seed.to_be_bytes())
            .chain_update(what)
            .finalize()
            .into()
    }
}
