//! One direction of the wire.

use std::io::Write;

use clamp_core::{Clamp, Insertion, LinkType, Outcome, Reason};

use super::tally::Tally;
use crate::interface::{FrameBuffer, Interface, InterfaceError, Offload, Received, Unsupported};
use crate::policy::Policy;
use crate::rules::Way;

/// What an inserted option adds at most, in bytes.
const LARGEST_GROWTH: usize = 4;

/// Carries frames from one interface to another.
pub(super) struct Pump {
    policy: Policy,
    way: Way,
    inserts_missing: bool,
    buffer: FrameBuffer,
    tally: Tally,
}

impl Pump {
    pub(super) fn new(policy: Policy, way: Way, inserts_missing: bool) -> Self {
        Self {
            policy,
            way,
            inserts_missing,
            buffer: FrameBuffer::new(),
            tally: Tally::default(),
        }
    }

    pub(super) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Carries the frames that wait at `from`, at most `most`.
    pub(super) fn carry(
        &mut self,
        from: &Interface,
        to: &Interface,
        most: usize,
        err: &mut dyn Write,
    ) -> Result<(), InterfaceError> {
        for _ in 0..most {
            let Some(received) = from.receive(&mut self.buffer)? else {
                break;
            };
            let passed = match received {
                Ok(received) => {
                    let wire_len = received.frame.len();
                    let asked = self.policy.clamp_for(
                        LinkType::Ethernet,
                        received.frame,
                        wire_len,
                        self.way,
                    );
                    match asked {
                        Some(clamp) => {
                            pass(&clamp, self.inserts_missing, &mut self.tally, received, to)?
                        }
                        None => {
                            self.tally.count_no_rule();
                            let sent = to.send(received.offload, &[], received.frame)?;
                            self.tally.count_sent(sent);
                            Ok(())
                        }
                    }
                }
                Err(unsupported) => Err(unsupported),
            };
            if let Err(unsupported) = passed
                && self.tally.count_unsupported(unsupported)
            {
                let name = from.name();
                // Nobody is left to tell when this can't be written.
                let _ = writeln!(
                    err,
                    "host-sim: lost a frame from {name}: {unsupported}. This helps: {}",
                    unsupported.remedy(name)
                );
            }
        }
        Ok(())
    }
}

/// Passes one frame on. What is not rewritten goes on as it came, whatever it leaves to a network
/// card; a rewritten segment needs its checksum first.
fn pass(
    clamp: &Clamp,
    inserts_missing: bool,
    tally: &mut Tally,
    mut received: Received<'_>,
    to: &Interface,
) -> Result<Result<(), Unsupported>, InterfaceError> {
    let outcome = clamp.judge_frame(received.frame);
    let inserts = inserts_missing && outcome == Outcome::LeftAlone(Reason::NoMss);
    if !inserts && !matches!(outcome, Outcome::Clamped { .. }) {
        tally.count(outcome);
        tally.count_sent(to.send(received.offload, &[], received.frame)?);
        return Ok(Ok(()));
    }
    let mut failure = None;
    let done = received.wire_frames(|frame| {
        let sent = if inserts {
            let mut grown = frame.to_vec();
            grown.resize(frame.len() + LARGEST_GROWTH, 0);
            let insertion = clamp.insert_in_frame(&mut grown, frame.len());
            tally.count_insertion(insertion);
            match insertion {
                Insertion::Inserted { len, .. } => to.send(Offload::NOTHING, &[], &grown[..len]),
                Insertion::NotMissing | Insertion::Refused(_) => {
                    to.send(Offload::NOTHING, &[], frame)
                }
            }
        } else {
            tally.count(clamp.frame(frame));
            to.send(Offload::NOTHING, &[], frame)
        };
        match sent {
            Ok(sent) => tally.count_sent(sent),
            Err(error) => failure = Some(error),
        }
    });
    failure.map_or(Ok(done), Err)
}
