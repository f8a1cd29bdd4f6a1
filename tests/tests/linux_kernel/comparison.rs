//! One router, one policy, many frames: Linux's bytes against the predicted ones and against ours.

use std::collections::HashSet;

use clamp_core::{Insertion, Outcome, Reason};
use tests::lab::{Lab, RIGHT_MAC, ROUTER_RIGHT_MAC};
use tests::linux::{Action, DropPoint, Engine, Fate, IpVersion, LinuxRouter, Rule};

use crate::delivery::{Delivered, deliver};
use crate::explain::{self, Difference};
use crate::generator::{ETHERNET_HEADER_LEN, Generator, Injected};
use crate::ours::{Ours, as_forwarded};
use crate::tally::{Class, Tally};

/// Small enough for every queue on the way.
const BATCH: usize = 64;
/// How many differences without an explanation are shown.
const SHOWN: usize = 8;

/// Everything that a run found.
#[derive(Default)]
pub(crate) struct Findings {
    /// Frames by class.
    pub(crate) tally: Tally,
    /// Frames that neither the model nor the documented differences explain.
    pub(crate) unexplained: Vec<String>,
    /// Frames that showed whether the kernel gets odd offsets wrong, and that it does.
    odd_offset_wrong: u32,
    /// Frames that showed that it gets them right.
    odd_offset_right: u32,
}

impl Findings {
    /// Sends `frames` random frames through the router and compares what comes out.
    pub(crate) fn gather(
        &mut self,
        lab: &Lab,
        router: &LinuxRouter,
        ours: &Ours,
        generator: &mut Generator,
        frames: usize,
    ) {
        let ceilings = ceilings(router);
        for start in (0..frames).step_by(BATCH) {
            let count = BATCH.min(frames - start);
            let batch: Vec<Injected> = (0..count).map(|_| generator.frame(ceilings)).collect();
            let fates: Vec<Fate> = batch
                .iter()
                .map(|injected| router.forward(injected.version, packet_of(&injected.frame)))
                .collect();
            let expected: HashSet<u16> = batch
                .iter()
                .zip(&fates)
                .filter(|(_, fate)| matches!(fate, Fate::Forwarded(..)))
                .map(|(injected, _)| injected.id)
                .collect();
            let marker = generator.marker();
            let mut delivered = deliver(lab, &batch, &marker, &expected);
            for (injected, fate) in batch.iter().zip(&fates) {
                self.judge(router, ours, injected, fate, &mut delivered);
            }
            if self.unexplained.len() >= SHOWN {
                return;
            }
        }
    }

    /// Panics unless every difference was explained and each class occurred.
    pub(crate) fn assert_complete(&self, wanted: &[Class], frames: u32) {
        eprintln!("{}", self.tally);
        assert!(
            self.unexplained.is_empty(),
            "{} frames without an explanation, the first of them:\n{}",
            self.unexplained.len(),
            self.unexplained[..self.unexplained.len().min(SHOWN)].join("\n")
        );
        assert!(
            self.odd_offset_wrong == 0 || self.odd_offset_right == 0,
            "the kernel got odd offsets wrong {} times and right {} times",
            self.odd_offset_wrong,
            self.odd_offset_right
        );
        assert!(
            self.odd_offset_wrong + self.odd_offset_right > 0,
            "no frame showed what the kernel does at odd offsets"
        );
        let missing = self.tally.missing(wanted);
        assert!(missing.is_empty(), "no frame fell into {missing:?}");
        assert_eq!(self.tally.frames(), frames, "each frame counts once");
    }

    fn judge(
        &mut self,
        router: &LinuxRouter,
        ours: &Ours,
        injected: &Injected,
        fate: &Fate,
        delivered: &mut Delivered,
    ) {
        let came_out = delivered.remove(&injected.id);
        let fixed = LinuxRouter {
            odd_offset_fixed: true,
            ..*router
        };
        let fixed_fate = fixed.forward(injected.version, packet_of(&injected.frame));
        let fate = if *fate != fixed_fate && came_out == as_frame(injected.version, &fixed_fate) {
            self.odd_offset_right += 1;
            &fixed_fate
        } else {
            self.odd_offset_wrong += u32::from(*fate != fixed_fate);
            fate
        };
        let predicted = as_frame(injected.version, fate);
        let class = (came_out == predicted)
            .then(|| self.classify(router, ours, injected, fate))
            .flatten();
        match class {
            Some(class) => self.tally.count(class),
            None => self.unexplained.push(format!(
                "{router:?}\n  in        {}\n  came out  {}\n  predicted {}\n  ours      {:?} {}\n",
                hex(Some(&injected.frame)),
                hex(came_out.as_deref()),
                hex(predicted.as_deref()),
                ours.clamp(injected).outcome,
                hex(Some(&ours.clamp(injected).frame)),
            )),
        }
    }

    /// `None` when nothing documented explains the frame, which came out as predicted.
    fn classify(
        &mut self,
        router: &LinuxRouter,
        ours: &Ours,
        injected: &Injected,
        fate: &Fate,
    ) -> Option<Class> {
        let clamped = ours.clamp(injected);
        let forwarded = as_forwarded(injected.version, &clamped.frame);
        let difference = Difference {
            router,
            version: injected.version,
            policy_refused: ours.is_refused(),
            is_unmatched: clamped.is_unmatched,
            outcome: clamped.outcome,
            ours: forwarded.as_deref().unwrap_or_default(),
        };
        match fate {
            Fate::Dropped(DropPoint::Ip) => {
                assert_eq!(forwarded, None, "IP drops what we hand back, too");
                difference.dropped(DropPoint::Ip).map(Class::Dropped)
            }
            Fate::Dropped(point) => difference.dropped(*point).map(Class::Dropped),
            Fate::Forwarded(linux, action) => {
                if router.engine != Engine::Nft {
                    self.compare_insertion(ours, injected, &clamped.outcome, linux, *action)?;
                }
                if Some(linux) == forwarded.as_ref() && clamped.is_unmatched {
                    Some(Class::Identical("no rule matches"))
                } else if Some(linux) == forwarded.as_ref() {
                    name_of(clamped.outcome).map(Class::Identical)
                } else {
                    difference
                        .forwarded(linux, *action)
                        .map(Class::DiffersOnPurpose)
                }
            }
        }
    }

    /// `None` when the two insertions differ.
    fn compare_insertion(
        &mut self,
        ours: &Ours,
        injected: &Injected,
        outcome: &Outcome,
        linux: &[u8],
        action: Action,
    ) -> Option<()> {
        let Some((insertion, frame)) = ours.insert(injected) else {
            return Some(());
        };
        let missing = matches!(outcome, Outcome::LeftAlone(Reason::NoMss));
        if !missing {
            return (insertion == Insertion::NotMissing && frame == injected.frame).then_some(());
        }
        let inserted = matches!(insertion, Insertion::Inserted { .. });
        if inserted && as_forwarded(injected.version, &frame).as_deref() != Some(linux) {
            return None;
        }
        let name = explain::insertion(insertion, action == Action::Inserted)?;
        self.tally.count(Class::Insertion(name));
        Some(())
    }
}

/// What the generator aims its MSS values at, for IPv4 and IPv6.
fn ceilings(router: &LinuxRouter) -> [u16; 2] {
    [IpVersion::V4, IpVersion::V6].map(|version| match router.rule {
        Rule::Fixed(mss) => mss,
        Rule::RouteMtu => {
            let ceiling = router
                .route_mtu_bytes()
                .saturating_sub(version.smallest_headers_bytes());
            u16::try_from(ceiling).unwrap_or(u16::MAX)
        }
    })
}

fn packet_of(frame: &[u8]) -> &[u8] {
    &frame[ETHERNET_HEADER_LEN..]
}

/// The frame that carries a forwarded packet to the right host.
fn as_frame(version: IpVersion, fate: &Fate) -> Option<Vec<u8>> {
    let ethernet_type: &[u8] = match version {
        IpVersion::V4 => &[0x08, 0x00],
        IpVersion::V6 => &[0x86, 0xdd],
    };
    match fate {
        Fate::Dropped(_) => None,
        Fate::Forwarded(packet, _) => {
            Some([&RIGHT_MAC, &ROUTER_RIGHT_MAC, ethernet_type, packet].concat())
        }
    }
}

/// `None` for what cannot be in a plain Ethernet frame that comes out of a router.
fn name_of(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Clamped { .. } => Some("clamped"),
        Outcome::Fits { .. } => Some("fits"),
        Outcome::Malformed(_) => Some("malformed"),
        Outcome::LeftAlone(reason) => match reason {
            Reason::NotTcp => Some("not TCP"),
            Reason::NotSyn => Some("not a SYN"),
            Reason::NoMss => Some("no MSS"),
            Reason::Fragment => Some("fragment"),
            Reason::Tunnel => Some("tunnel"),
            Reason::TooManyExtensionHeaders => Some("more than 8 extension headers"),
            Reason::AuthenticationHeader => Some("authentication header"),
            Reason::Encrypted => Some("encrypted"),
            Reason::TcpAo => Some("TCP-AO"),
            Reason::CeilingTooLow => Some("ceiling under 48"),
            Reason::NotIp
            | Reason::NotPppoeSession
            | Reason::TooManyVlanTags
            | Reason::TooManyTunnels
            | Reason::UnsupportedGre
            | Reason::NoCeiling
            | Reason::Cut => None,
        },
    }
}

fn hex(bytes: Option<&[u8]>) -> String {
    bytes.map_or_else(
        || "(nothing)".to_owned(),
        |bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    )
}
