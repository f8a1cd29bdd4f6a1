//! How a clamp fares on a case: its bytes beside the expected ones.

use std::fmt;

use clamp_core::Insertion;

use super::{Call, Case, insertion_in_words, outcome_in_words};
use crate::oracle;

/// What a clamp made of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fare {
    /// This came out.
    Bytes(Vec<u8>),
    /// Nothing came out: the clamp drops what it does not like.
    Dropped,
    /// It panicked.
    Panicked,
    /// It went by bytes behind the frame, or ended at an address behind them.
    Overread,
    /// It can't be asked: no Ethernet, no tunnels, no insertion.
    NotAsked,
}

/// Whether that was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The expected bytes.
    Right,
    /// A SYN above the ceiling, or without the option where it was asked for, went on as it came: the
    /// connection may go deaf, but nothing is broken.
    LeftAsItWas,
    /// Other bytes than expected, or bytes where none should have changed.
    WrongBytes,
    /// Dropped, where the contract hands it back.
    Dropped,
    /// The clamp panicked, and what it is a part of ends.
    Panicked,
    /// The clamp went by what lay behind the frame, whatever came out, or ended for it.
    Overread,
    /// Not asked.
    NotAsked,
}

impl Verdict {
    /// Every verdict, from the best to none.
    pub const ALL: [Verdict; 7] = [
        Verdict::Right,
        Verdict::LeftAsItWas,
        Verdict::WrongBytes,
        Verdict::Dropped,
        Verdict::Panicked,
        Verdict::Overread,
        Verdict::NotAsked,
    ];
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Right => "right",
            Self::LeftAsItWas => "left as it was",
            Self::WrongBytes => "wrong bytes",
            Self::Dropped => "dropped",
            Self::Panicked => "panicked",
            Self::Overread => "overread",
            Self::NotAsked => "not asked",
        })
    }
}

/// Judges what came out.
#[must_use]
pub fn judge(case: &Case, fare: &Fare) -> Verdict {
    match fare {
        Fare::NotAsked => Verdict::NotAsked,
        Fare::Dropped => Verdict::Dropped,
        Fare::Panicked => Verdict::Panicked,
        Fare::Overread => Verdict::Overread,
        Fare::Bytes(bytes) if *bytes == case.output => Verdict::Right,
        Fare::Bytes(bytes) if *bytes == case.input => Verdict::LeftAsItWas,
        Fare::Bytes(_) => Verdict::WrongBytes,
    }
}

/// What the clamp under test makes of a case, and what it tells.
#[must_use]
pub fn ours(case: &Case) -> (Vec<u8>, String) {
    let clamp = case.policy.clamp().expect("the corpus' policies are sound");
    let mut bytes = case.input.clone();
    match case.call {
        Call::Frame => {
            let outcome = clamp.frame(&mut bytes);
            (bytes, outcome_in_words(outcome))
        }
        Call::Packet => {
            let outcome = clamp.packet(&mut bytes);
            (bytes, outcome_in_words(outcome))
        }
        Call::InsertInFrame { room_bytes } => {
            let len = bytes.len();
            bytes.resize(len + room_bytes, 0xee);
            let insertion = clamp.insert_in_frame(&mut bytes, len);
            let len = match insertion {
                Insertion::Inserted { len, .. } => len,
                _ => len,
            };
            bytes.truncate(len);
            (bytes, insertion_in_words(insertion))
        }
    }
}

/// What the naive oracle makes of a case, and what it tells.
#[must_use]
pub fn oracles(case: &Case) -> (Vec<u8>, String) {
    match case.call {
        Call::Frame => {
            let predicted = oracle::frame(&case.policy, &case.input);
            (predicted.bytes, outcome_in_words(predicted.outcome))
        }
        Call::Packet => {
            let predicted = oracle::packet(&case.policy, &case.input);
            (predicted.bytes, outcome_in_words(predicted.outcome))
        }
        Call::InsertInFrame { room_bytes } => {
            let mut buffer = case.input.clone();
            buffer.resize(case.input.len() + room_bytes, 0xee);
            let mut predicted = oracle::insert_in_frame(&case.policy, &buffer, case.input.len());
            let len = match predicted.outcome {
                Insertion::Inserted { len, .. } => len,
                _ => case.input.len(),
            };
            predicted.bytes.truncate(len);
            (predicted.bytes, insertion_in_words(predicted.outcome))
        }
    }
}
