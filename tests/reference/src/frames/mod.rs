//! Random frames, packets and captures of everything the clamp knows, mostly sound, now and then not.
//!
//! A frame is drawn as a description ([`Frame`], [`Packet`], [`Segment`]) and written out with
//! `bytes()`, so that proptest shrinks the description and prints something a person can read.

mod capture;
mod ethernet;
mod hex;
mod options;
mod packet;
mod policy;
mod seed;
mod segment;
mod tunnel;
mod without_mss;

pub use self::capture::{ALL_LINK_TYPES, Capture, capture, capture_without_mss};
pub use self::ethernet::{Cargo, Frame, SentFrame, frame, frame_without_mss, sent_frame};
pub use self::hex::{Hex, hex};
pub use self::options::option_soup;
pub use self::packet::{Content, Extension, Packet, SentPacket, V4, V6, packet, sent_packet};
pub use self::policy::policy;
pub use self::seed::{check, draw};
pub use self::segment::{Checksum, Segment, segment};
pub use self::tunnel::{Gre, GreCargo};
pub use self::without_mss::packet_without_mss;

use proptest::prelude::*;
use proptest::sample::Index;

/// Tunnels in tunnels that are drawn at most: two more than the clamp enters.
const DEEPEST_NESTING: u32 = 6;

/// What a length field says about the bytes it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// How many there are.
    Right,
    /// So many fewer.
    Less(u16),
    /// So many more.
    More(u16),
    /// A number of its own.
    Exactly(u16),
}

impl Length {
    /// The value written for `len` bytes, modulo 65536 where that does not fit.
    #[must_use]
    pub fn of(self, len: usize) -> u16 {
        let len = u16::try_from(len % 65536).expect("a remainder of 65536");
        match self {
            Length::Right => len,
            Length::Less(by) => len.wrapping_sub(by),
            Length::More(by) => len.wrapping_add(by),
            Length::Exactly(value) => value,
        }
    }
}

/// Where a frame, packet or capture was cut off.
#[derive(Clone, Copy, Debug)]
pub struct Truncation {
    index: Index,
    longest: usize,
}

impl Truncation {
    /// Cuts the bytes off.
    fn cut(self, bytes: &mut Vec<u8>) {
        bytes.truncate(self.index.index(bytes.len().min(self.longest) + 1));
    }
}

/// Once in `one_in`: anywhere, or where the outer headers are.
fn truncation(one_in: u32) -> impl Strategy<Value = Option<Truncation>> {
    let cut = (
        any::<Index>(),
        prop_oneof![Just(usize::MAX), Just(60), Just(24), Just(10)],
    )
        .prop_map(|(index, longest)| Some(Truncation { index, longest }));
    prop_oneof![one_in - 1 => Just(None), 1 => cut]
}

/// Nearly always right.
fn length() -> impl Strategy<Value = Length> {
    prop_oneof![
        60 => Just(Length::Right),
        1 => (1_u16..60).prop_map(Length::Less),
        1 => (1_u16..60).prop_map(Length::More),
        1 => any::<u16>().prop_map(Length::Exactly),
    ]
}

/// `usual` nearly always, else whatever `unusual` draws.
fn mostly<T: Clone + std::fmt::Debug + 'static>(
    usual: T,
    unusual: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = T> {
    prop_oneof![60 => Just(usual), 1 => unusual]
}

/// Arbitrary bytes, `most` of them at most.
fn some_bytes(most: usize) -> impl Strategy<Value = Hex> {
    prop::collection::vec(any::<u8>(), 0..=most).prop_map(Hex)
}
