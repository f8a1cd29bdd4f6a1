//! The `Random` of the router's own tests, its choices read from the bytes of an input: what those tests do with a
//! seed, libFuzzer does with bytes that it mutates.

/// Choices read from bytes; when they are used up, a generator goes on (SplitMix64), so that nothing that waits for
/// chance waits for ever.
pub struct Random {
    bytes: std::vec::IntoIter<u8>,
    then: u64,
}

#[allow(
    dead_code,
    reason = "the tests that are taken in choose in different ways"
)]
impl Random {
    /// From an input.
    pub fn from_bytes(data: &[u8]) -> Self {
        Self {
            bytes: data.to_vec().into_iter(),
            then: 0,
        }
    }

    pub(crate) fn new(seed: u64) -> Self {
        Self::from_bytes(&seed.to_be_bytes())
    }

    pub(crate) fn from_environment() -> Self {
        Self::from_bytes(&[])
    }

    pub(crate) fn next(&mut self) -> u64 {
        (0..8).fold(0, |number, _| number << 8 | u64::from(self.byte()))
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let number = if bound > 256 {
            usize::from(self.byte()) << 8 | usize::from(self.byte())
        } else {
            usize::from(self.byte())
        };
        number % bound.max(1)
    }

    pub(crate) fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.bytes.next().unwrap_or_else(|| {
            self.then = self.then.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = self.then;
            mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            (mixed ^ mixed >> 31).to_be_bytes()[0]
        })
    }
}
