//! What holds for any frame: our own clamp has no finding, and any byte changed beyond it has one.

use super::samples::{MSS_1460, Tcp, check_frames, clamped, data, syn, to_1492};
use crate::check::CheckOptions;

/// Repeats itself for the seed in the environment variable `SEED`.
struct Random(u64);

impl Random {
    fn seeded() -> Self {
        let seed = match std::env::var("SEED") {
            Ok(seed) => seed.parse().expect("SEED is a number"),
            Err(_) => u64::from(std::process::id()) << 20 | 1,
        };
        eprintln!("SEED={seed}");
        Self(seed)
    }

    /// Splitmix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next().to_le_bytes()[0]).collect()
    }

    /// A segment with options that are half of them well-formed and half soup; now and then its
    /// checksum is wrong.
    fn frame(&mut self) -> Vec<u8> {
        let words = self.below(11);
        let mut options = self.bytes(words * 4);
        if words != 0 && self.below(2) == 0 {
            let at = self.below(words * 4 - 3);
            options[..at].fill(1);
            options[at..at + 4].copy_from_slice(&MSS_1460);
        }
        let payload_len = self.below(40);
        let segment = Tcp {
            flags: [0x02, 0x12, 0x10, 0x06, 0x03][self.below(5)],
            sequence: u32::try_from(self.next() >> 32).unwrap(),
            identification: u16::try_from(self.next() >> 48).unwrap(),
            payload: self.bytes(payload_len),
            ..syn(&options)
        };
        let mut frame = match self.below(2) {
            0 => segment.frame(),
            _ => segment.pppoe_frame(),
        };
        if self.below(4) == 0 {
            let at = frame.len() - 1 - self.below(20);
            frame[at] ^= 1;
        }
        frame
    }
}

fn options() -> CheckOptions {
    CheckOptions {
        policy: Some(to_1492().into()),
        ..CheckOptions::default()
    }
}

#[test]
fn our_own_clamp_has_no_finding_on_any_frame() {
    let mut random = Random::seeded();
    let before: Vec<_> = (0..3000).map(|_| random.frame()).collect();
    let after: Vec<_> = before
        .iter()
        .map(|frame| clamped(frame.clone(), to_1492()))
        .collect();
    let (summary, report) = check_frames(&before, &after, &options());
    assert_eq!(
        (summary.paired, summary.total_findings()),
        (3000, 0),
        "{report}"
    );
    assert!(summary.clamped > 100, "{report}");
}

#[test]
fn any_bit_flipped_in_any_frame_is_a_finding() {
    let mut random = Random::seeded();
    for _ in 0..60 {
        let frame = random.frame();
        let clean = data(0, b"another").frame();
        let after = clamped(frame.clone(), to_1492());
        for at in 0..after.len() {
            let mut flipped = after.clone();
            flipped[at] ^= 1 << random.below(8);
            let (summary, report) = check_frames(
                &[clean.clone(), frame.clone()],
                &[clean.clone(), flipped.clone()],
                &options(),
            );
            assert_ne!(
                summary.total_findings(),
                0,
                "byte {at} of {frame:02x?}, left as {flipped:02x?}: {report}"
            );
        }
    }
}
