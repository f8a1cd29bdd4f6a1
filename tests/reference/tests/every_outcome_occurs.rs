//! That the random frames reach everything: each outcome, each reason, each layer that can be malformed.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use clamp_core::{Insertion, Malformed, Outcome};
use reference::frames::{self, draw};

/// Examples after which a share is told apart from chance.
const ENOUGH: usize = 4_000;
/// Examples after which what was not seen is taken to be out of reach.
const MOST: usize = 100_000;

/// Counts by name, and what is missing from a list of names.
#[derive(Default)]
struct Shares {
    counts: BTreeMap<String, usize>,
    total: usize,
}

impl Shares {
    fn count(&mut self, name: String) {
        *self.counts.entry(name).or_default() += 1;
        self.total += 1;
    }

    fn of(&self, name: &str) -> f64 {
        let count = self.counts.get(name).copied().unwrap_or(0);
        f64::from(u32::try_from(count).expect("few"))
            / f64::from(u32::try_from(self.total).expect("few"))
    }

    fn print(&self) {
        for name in self.counts.keys() {
            eprintln!("{:6.2} %  {name}", 100.0 * self.of(name));
        }
    }

    /// Goes on until every name was seen, and until the shares mean something.
    fn are_settled(&self, names: &[&str]) -> ControlFlow<()> {
        if self.total >= ENOUGH && names.iter().all(|name| self.counts.contains_key(*name)) {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    fn assert_each_of(&self, names: &[&str]) {
        let missing: Vec<_> = names
            .iter()
            .filter(|name| !self.counts.contains_key(**name))
            .collect();
        assert!(missing.is_empty(), "never drawn: {missing:?}");
    }
}

fn name(outcome: Outcome) -> String {
    match outcome {
        Outcome::Clamped { .. } => "Clamped".to_owned(),
        Outcome::Fits { .. } => "Fits".to_owned(),
        Outcome::LeftAlone(reason) => format!("{reason:?}"),
        Outcome::Malformed(Malformed::TooShort { layer, .. }) => format!("TooShort {layer:?}"),
        Outcome::Malformed(Malformed::WrongVersion { layer, .. }) => {
            format!("WrongVersion {layer:?}")
        }
    }
}

/// What a whole frame can come to.
const OF_FRAMES: [&str; 30] = [
    "Clamped",
    "Fits",
    "NotIp",
    "NotPppoeSession",
    "TooManyVlanTags",
    "NotTcp",
    "NotSyn",
    "NoMss",
    "Fragment",
    "Tunnel",
    "TooManyTunnels",
    "UnsupportedGre",
    "TooManyExtensionHeaders",
    "AuthenticationHeader",
    "Encrypted",
    "TcpAo",
    "NoCeiling",
    "CeilingTooLow",
    "TooShort Ethernet",
    "TooShort Vlan",
    "TooShort Snap",
    "TooShort Pppoe",
    "TooShort Ppp",
    "TooShort Ipv4",
    "TooShort Ipv6",
    "TooShort ExtensionHeader",
    "TooShort Gre",
    "TooShort Tcp",
    "WrongVersion Ipv4",
    "WrongVersion Ipv6",
];

/// What only captures can come to.
const OF_CAPTURES: [&str; 4] = ["Cut", "TooShort Null", "TooShort Hdlc", "TooShort Cooked"];

const OF_INSERTIONS: [&str; 11] = [
    "Inserted",
    "NotMissing",
    "Payload",
    "HeaderFull",
    "Fragment",
    "Tunnel",
    "TcpMd5",
    "NoCeiling",
    "CeilingTooLow",
    "NoRoom",
    "Cut",
];

#[test]
fn frames_come_to_every_outcome_and_a_good_share_is_clamped() {
    let mut shares = Shares::default();
    draw(
        MOST,
        || (frames::policy(), frames::sent_frame()),
        |(policy, sent)| {
            let clamp = policy.clamp().expect("drawn from what is accepted");
            shares.count(name(clamp.frame(&mut sent.bytes())));
            shares.are_settled(&OF_FRAMES)
        },
    );
    shares.print();
    shares.assert_each_of(&OF_FRAMES);
    assert!(shares.of("Clamped") > 0.2, "too few SYNs above the ceiling");
    assert!(shares.of("Fits") > 0.05, "too few SYNs that fit");
}

#[test]
fn captures_come_to_every_outcome_of_their_own() {
    let names = [OF_FRAMES.as_slice(), &OF_CAPTURES].concat();
    let mut shares = Shares::default();
    draw(
        MOST,
        || (frames::policy(), frames::capture()),
        |(policy, capture)| {
            let clamp = policy.clamp().expect("drawn from what is accepted");
            let mut bytes = capture.bytes();
            let outcome = clamp.captured(capture.link, &mut bytes, capture.wire_len(), &mut ());
            shares.count(name(outcome));
            shares.are_settled(&names)
        },
    );
    shares.print();
    shares.assert_each_of(&names);
}

#[test]
fn insertions_come_to_every_outcome() {
    let mut shares = Shares::default();
    let drawn = || (frames::policy(), frames::capture_without_mss(), 0_usize..10);
    draw(MOST, drawn, |(policy, capture, room)| {
        let clamp = policy.clamp().expect("drawn from what is accepted");
        let mut buffer = capture.bytes();
        let captured_len = buffer.len();
        buffer.resize(captured_len + room, 0);
        let wire_len = capture.wire_len();
        let insertion = clamp.insert_in_captured(capture.link, &mut buffer, captured_len, wire_len);
        shares.count(match insertion {
            Insertion::Inserted { .. } => "Inserted".to_owned(),
            Insertion::NotMissing => "NotMissing".to_owned(),
            Insertion::Refused(refusal) => format!("{refusal:?}"),
        });
        shares.are_settled(&OF_INSERTIONS)
    });
    shares.print();
    shares.assert_each_of(&OF_INSERTIONS);
    assert!(shares.of("Inserted") > 0.1, "too few insertions");
}
