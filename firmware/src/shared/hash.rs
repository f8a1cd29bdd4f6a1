//! HalfSipHash-1-3 (Aumasson and Bernstein), the variant with 32-bit words, over words: the keyed
//! hash that Linux gives its hash tables on 32-bit machines. Without the key nobody can aim packets
//! at one bucket. It is written out here because it is 40 lines, and made of rotations that a
//! Cortex-M does for free, where the 64-bit SipHash of the crates costs three times as much.

/// The key of the tables, and the router's source of random numbers.
#[derive(Clone, Copy)]
pub(crate) struct HashKey {
    low: u32,
    high: u32,
}

impl HashKey {
    /// The key of tables that are not in use yet.
    pub(crate) const ZERO: Self = Self::new([0; 8]);

    /// A key from half of the seed.
    pub(crate) const fn new(seed: [u8; 8]) -> Self {
        let [a, b, c, d, e, f, g, h] = seed;
        Self {
            low: u32::from_le_bytes([a, b, c, d]),
            high: u32::from_le_bytes([e, f, g, h]),
        }
    }

    /// A key from all of the seed.
    pub(crate) fn folded(seed: [u8; 16]) -> Self {
        let [a, b, c, d, e, f, g, h, rest @ ..] = seed;
        let mut key = [a, b, c, d, e, f, g, h];
        for (byte, other) in key.iter_mut().zip(rest) {
            *byte ^= other.rotate_left(3);
        }
        Self::new(key)
    }

    /// The hash of `words`, each of which counts as four bytes.
    #[inline(always)]
    pub(crate) fn hash<const N: usize>(self, words: [u32; N]) -> u32 {
        self.hash_with_tail(&words, 0, 0)
    }

    /// The hash of `words` and one byte behind them: a round less than with another word.
    #[inline(always)]
    pub(crate) fn hash_and_byte<const N: usize>(self, words: [u32; N], byte: u8) -> u32 {
        self.hash_with_tail(&words, 1, u32::from(byte))
    }

    // Once for all lengths: it is long.
    #[inline(never)]
    fn hash_with_tail(self, words: &[u32], tail_len: u32, tail: u32) -> u32 {
        let mut state = State {
            v0: self.low,
            v1: self.high,
            v2: 0x6c79_6765 ^ self.low,
            v3: 0x7465_6462 ^ self.high,
        };
        for word in words {
            state.absorb(*word);
        }
        // The last block holds the length in bytes, modulo 256, in its top byte, and the tail.
        let len_bytes = u32::try_from(words.len())
            .unwrap_or(0)
            .wrapping_mul(4)
            .wrapping_add(tail_len);
        state.absorb(len_bytes << 24 | tail);
        state.v2 ^= 0xff;
        state.round();
        state.round();
        state.round();
        state.v1 ^ state.v3
    }
}

struct State {
    v0: u32,
    v1: u32,
    v2: u32,
    v3: u32,
}

impl State {
    #[inline(always)]
    fn absorb(&mut self, word: u32) {
        self.v3 ^= word;
        self.round();
        self.v0 ^= word;
    }

    #[inline(always)]
    fn round(&mut self) {
        self.v0 = self.v0.wrapping_add(self.v1);
        self.v1 = self.v1.rotate_left(5) ^ self.v0;
        self.v0 = self.v0.rotate_left(16);
        self.v2 = self.v2.wrapping_add(self.v3);
        self.v3 = self.v3.rotate_left(8) ^ self.v2;
        self.v0 = self.v0.wrapping_add(self.v3);
        self.v3 = self.v3.rotate_left(7) ^ self.v0;
        self.v2 = self.v2.wrapping_add(self.v1);
        self.v1 = self.v1.rotate_left(13) ^ self.v2;
        self.v2 = self.v2.rotate_left(16);
    }
}

/// Random numbers that only the seed predicts: a counter under the hash.
pub(crate) struct Random {
    key: HashKey,
    drawn: u32,
}

impl Random {
    pub(crate) const fn new(key: HashKey) -> Self {
        Self { key, drawn: 0 }
    }

    /// The next number.
    pub(crate) fn next(&mut self) -> u32 {
        self.drawn = self.drawn.wrapping_add(1);
        self.key.hash([self.drawn])
    }

    /// The next number under `bound`, which isn't 0 (0 gives 0).
    pub(crate) fn below(&mut self, bound: u16) -> u16 {
        let scaled = u64::from(self.next()).wrapping_mul(u64::from(bound)) >> 32;
        u16::try_from(scaled).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::HashKey;

    /// The vectors of Linux's own self-test (lib/tests/siphash_kunit.c) whose input is whole words.
    #[test]
    fn the_hash_gives_the_known_answers() {
        let key = HashKey::new([0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(key.hash([]), 0x5814_c896);
        assert_eq!(key.hash([0x0302_0100]), 0x7e05_9ea6);
        assert_eq!(key.hash([0x0302_0100, 0x0706_0504]), 0x5779_99b1);
        assert_eq!(
            key.hash([0x0302_0100, 0x0706_0504, 0x0b0a_0908]),
            0x6b28_096c
        );
        let four = [0x0302_0100, 0x0706_0504, 0x0b0a_0908, 0x0f0e_0d0c];
        assert_eq!(key.hash(four), 0x8b31_d501);
        let [a, b, c, d] = four;
        assert_eq!(key.hash_and_byte([a, b, c], 0x0c), 0x66dd_9cd6);
        assert_eq!(key.hash([a, b, c, d, 0x1312_1110]), 0x911b_b605);
    }
}
