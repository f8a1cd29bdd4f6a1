//! A wire between two of the lab's boxes.

use std::time::Duration;

use super::line::Line;
use super::seen::Seen;
use crate::pcap_file::Capture;

/// Both directions, and who watches them.
#[derive(Debug)]
pub(crate) struct Wire {
    outward: Line,
    inward: Line,
    seen_outward: Seen,
    seen_inward: Seen,
    capture: Option<Capture>,
    capture_fault: Option<String>,
}

/// One end of a wire, as the box that it is plugged into sees it.
#[derive(Debug)]
pub(crate) struct End<'a> {
    wire: &'a mut Wire,
    is_inner: bool,
    now: Duration,
}

impl Wire {
    /// A wire whose lines give frames out at these rates: away from the router, and towards it.
    pub(crate) fn new(outward: Line, inward: Line, capture: Option<Capture>) -> Self {
        Self {
            outward,
            inward,
            seen_outward: Seen::default(),
            seen_inward: Seen::default(),
            capture,
            capture_fault: None,
        }
    }

    /// The end nearer to the router.
    pub(crate) fn inner(&mut self, now: Duration) -> End<'_> {
        End {
            wire: self,
            is_inner: true,
            now,
        }
    }

    /// The end away from the router.
    pub(crate) fn outer(&mut self, now: Duration) -> End<'_> {
        End {
            wire: self,
            is_inner: false,
            now,
        }
    }

    /// When the next frame arrives at either end.
    pub(crate) fn next_at(&self) -> Option<Duration> {
        [self.outward.next_at(), self.inward.next_at()]
            .into_iter()
            .flatten()
            .min()
    }

    /// What passed away from the router.
    pub(crate) fn seen_outward(&self) -> Seen {
        self.seen_outward
    }

    /// What passed towards the router.
    pub(crate) fn seen_inward(&self) -> Seen {
        self.seen_inward
    }

    /// What SYNs were seen so far is forgotten.
    pub(crate) fn forget_syns(&mut self) {
        self.seen_outward.mss = None;
        self.seen_inward.mss = None;
    }

    /// How many frames found a queue full.
    pub(crate) fn lost(&self) -> u64 {
        self.outward.lost() + self.inward.lost()
    }

    /// Ends the capture.
    pub(crate) fn finish(&mut self) -> Result<(), String> {
        if let Some(fault) = self.capture_fault.take() {
            return Err(fault);
        }
        self.capture.take().map_or(Ok(()), Capture::finish)
    }
}

impl End<'_> {
    /// The next frame that arrives here now.
    pub(crate) fn receive(&mut self) -> Option<Vec<u8>> {
        let (line, seen) = if self.is_inner {
            (&mut self.wire.inward, &mut self.wire.seen_inward)
        } else {
            (&mut self.wire.outward, &mut self.wire.seen_outward)
        };
        let frame = line.take(self.now)?;
        seen.look(&frame);
        if let Some(capture) = &mut self.wire.capture
            && let Err(fault) = capture.frame(self.now, &frame)
        {
            self.wire.capture = None;
            self.wire.capture_fault = Some(fault);
        }
        Some(frame)
    }

    /// Sends a frame to the other end; `false` when the queue is full.
    pub(crate) fn send(&mut self, frame: Vec<u8>) -> bool {
        let line = if self.is_inner {
            &mut self.wire.outward
        } else {
            &mut self.wire.inward
        };
        line.put(frame)
    }
}
