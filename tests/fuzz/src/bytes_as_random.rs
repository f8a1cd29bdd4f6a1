//! The `Random` of the router's own tests, its choices read from the bytes of an input: what those tests do with a
//! seed, libFuzzer does with bytes that it mutates.

/// Choices read from bytes; when they are used up, always the first one.
pub struct Random(std::vec::IntoIter<u8>);

#[allow(
    dead_code,
    reason = "the tests that are taken in choose in different ways"
)]
impl Random {
    /// From an input.
    pub fn from_bytes(data: &[u8]) -> Self {
        Self(data.to_vec().into_iter())
    }

    /// Whether there are choices left.
    pub fn is_used_up(&self) -> bool {
        self.0.len() == 0
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
        // The last choice and not the first: bytes that are used up say no.
        self.below(chances) == chances - 1
    }

    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.0.next().unwrap_or(0)
    }
}
