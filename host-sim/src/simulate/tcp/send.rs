//! The sending half: what is on its way, how much may be, and what is sent again.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use super::path_mtu::PathMtu;
use super::round_trip::{LEAST, RoundTrip};

/// RFC 6928.
const INITIAL_WINDOW_SEGMENTS: u64 = 10;
/// Linux probes with no smaller a window than this.
const PROBING_WINDOW_SEGMENTS: u64 = 11;
/// Linux takes so much for granted of the path's reordering.
const REORDERING_SEGMENTS: u64 = 3;
const DUPLICATES: u32 = 3;
/// For so many of the least time-outs in a row Linux waits before it believes in a black hole:
/// `tcp_retries1` is 3, and 1 + 2 + 4 + 8 are 15.
const BLACK_HOLE_TIME_OUTS: u32 = 15;
const BUFFER_BYTES: usize = 256 * 1024;

/// Bytes to send. Offsets count from our SYN, which is 0.
#[derive(Clone, Debug)]
pub(super) struct Send {
    pub(super) path: PathMtu,
    buffer: VecDeque<u8>,
    /// The first that is not acknowledged.
    una: u64,
    /// The first that was never sent.
    next: u64,
    /// Where the bytes end, if no more come: the FIN's own offset.
    fin_at: Option<u64>,
    window_end: u64,
    congestion_window: u64,
    slow_start_until: u64,
    duplicates: u32,
    /// What was on its way at the last loss: a second one before it is the same.
    recover: u64,
    recovering: bool,
    again: Range<u64>,
    probe: Option<Range<u64>>,
    round_trip: RoundTrip,
    timed: Option<(u64, Duration)>,
    time_out_at: Option<Duration>,
    /// When the first time-out of this series was.
    failing_since: Option<Duration>,
}

impl Send {
    /// Behind a SYN at offset 0 that nobody has acknowledged, and maybe `in_syn` bytes with it.
    pub(super) fn new(path: PathMtu) -> Self {
        let mut send = Self {
            path,
            buffer: VecDeque::new(),
            una: 0,
            next: 0,
            fin_at: None,
            window_end: 0,
            congestion_window: 0,
            slow_start_until: u64::MAX,
            duplicates: 0,
            recover: 0,
            recovering: false,
            again: 0..0,
            probe: None,
            round_trip: RoundTrip::default(),
            timed: None,
            time_out_at: None,
            failing_since: None,
        };
        send.congestion_window = INITIAL_WINDOW_SEGMENTS * send.mss();
        send
    }

    fn mss(&self) -> u64 {
        u64::from(self.path.mss())
    }

    pub(super) fn una(&self) -> u64 {
        self.una
    }

    pub(super) fn next(&self) -> u64 {
        self.next
    }

    pub(super) fn time_out_at(&self) -> Option<Duration> {
        self.time_out_at
    }

    /// Takes in what there is room for.
    pub(super) fn write(&mut self, bytes: &[u8]) -> usize {
        if self.fin_at.is_some() {
            return 0;
        }
        let taken = bytes.len().min(BUFFER_BYTES - self.buffer.len());
        self.buffer.extend(&bytes[..taken]);
        taken
    }

    /// No more comes.
    pub(super) fn close(&mut self) {
        if self.fin_at.is_none() {
            self.fin_at = Some(self.written());
        }
    }

    /// Behind the last byte that was written.
    fn written(&self) -> u64 {
        self.una.max(1) + self.buffer.len() as u64
    }

    /// Where all that is to be sent ends.
    fn end(&self) -> u64 {
        self.fin_at.map_or(self.written(), |fin| fin + 1)
    }

    /// The SYN left, with `in_syn` bytes.
    pub(super) fn syn_sent(&mut self, in_syn: u64, now: Duration) {
        self.sent(0..1 + in_syn, now);
    }

    /// What went with the SYN and was not taken goes again at once.
    pub(super) fn send_rest_again(&mut self) {
        self.again = self.una..self.next;
    }

    fn sent(&mut self, range: Range<u64>, now: Duration) {
        if range.end > self.next {
            if self.timed.is_none() {
                self.timed = Some((range.end, now));
            }
            self.next = range.end;
        } else {
            self.timed = None;
        }
        if self.time_out_at.is_none() {
            self.time_out_at = Some(now + self.round_trip.time_out());
        }
    }

    /// The bytes in a range of what is not acknowledged; the FIN is no byte.
    pub(super) fn bytes(&self, range: &Range<u64>) -> Vec<u8> {
        let first = self.una.max(1);
        let at = |offset: u64| {
            let index = usize::try_from(offset.saturating_sub(first)).unwrap_or(usize::MAX);
            index.min(self.buffer.len())
        };
        self.buffer
            .range(at(range.start)..at(range.end))
            .copied()
            .collect()
    }

    /// Whether the range ends with the FIN.
    pub(super) fn has_fin(&self, range: &Range<u64>) -> bool {
        self.fin_at.is_some_and(|fin| range.end > fin)
    }

    /// What to send now, if anything.
    pub(super) fn due(&mut self, now: Duration) -> Option<Range<u64>> {
        let range = self.due_again().or_else(|| self.due_first(now))?;
        self.sent(range.clone(), now);
        Some(range)
    }

    fn due_again(&mut self) -> Option<Range<u64>> {
        let start = self.again.start.max(self.una);
        let end = self.again.end.min(start + self.mss());
        if start >= end || end - self.una > self.congestion_window.max(self.mss()) {
            return None;
        }
        self.again.start = end;
        Some(start..end)
    }

    fn due_first(&mut self, now: Duration) -> Option<Range<u64>> {
        if self.again.start.max(self.una) < self.again.end {
            return None;
        }
        match self.due_probe() {
            Probe::Now(range) => {
                self.probe = Some(range.clone());
                self.congestion_window = self.congestion_window.saturating_sub(self.mss());
                self.time_out_at
                    .get_or_insert(now + self.round_trip.time_out());
                return Some(range);
            }
            Probe::Soon => return None,
            Probe::None => {}
        }
        let allowed = self.window_end.min(self.una + self.congestion_window);
        let end = self.end().min(self.next + self.mss());
        // Not in dribs: a full segment, or the rest with nothing on its way (RFC 9293, 3.7.4), or
        // the very last.
        let is_full = end - self.next == self.mss();
        let is_last = end == self.end() && (self.una == self.next || self.fin_at.is_some());
        (end > self.next && end <= allowed && (is_full || is_last)).then_some(self.next..end)
    }

    /// As Linux's `tcp_mtu_probe` decides.
    fn due_probe(&self) -> Probe {
        let mss = self.mss();
        let window_segments = self.congestion_window / mss;
        // Nothing was lost, or all that was on its way then has come.
        let is_quiet = self.probe.is_none() && self.una >= self.recover;
        if !is_quiet || window_segments < PROBING_WINDOW_SEGMENTS {
            return Probe::None;
        }
        let Some(payload) = self.path.probe().map(u64::from) else {
            return Probe::None;
        };
        let needed = payload + (REORDERING_SEGMENTS + 1) * mss;
        if self.written() < self.next + needed {
            return Probe::None;
        }
        if self.next + needed > self.window_end {
            return Probe::Soon;
        }
        let in_flight = (self.next - self.una).div_ceil(mss);
        if in_flight + 2 > window_segments {
            return if in_flight == 0 {
                Probe::None
            } else {
                Probe::Soon
            };
        }
        Probe::Now(self.next..self.next + payload)
    }

    /// The peer expects `acknowledged` next and takes up to `window_end`. `is_bare` where the segment
    /// said nothing else.
    pub(super) fn acknowledged(
        &mut self,
        acknowledged: u64,
        window_end: u64,
        is_bare: bool,
        now: Duration,
    ) {
        let same_window = window_end == self.window_end;
        self.window_end = self.window_end.max(window_end);
        if acknowledged > self.next {
            return;
        }
        if acknowledged > self.una {
            self.progressed(acknowledged, now);
        } else if acknowledged == self.una && is_bare && same_window && self.next > self.una {
            self.duplicate();
        }
    }

    fn progressed(&mut self, acknowledged: u64, now: Duration) {
        let fresh = acknowledged - self.una;
        let bytes = self.written().min(acknowledged) - self.una.max(1).min(acknowledged);
        self.buffer
            .drain(..usize::try_from(bytes).unwrap_or(0).min(self.buffer.len()));
        self.una = acknowledged;
        self.duplicates = 0;
        self.failing_since = None;
        self.round_trip.progressed();
        if let Some((end, sent_at)) = self.timed
            && acknowledged >= end
        {
            self.round_trip.measured(now.saturating_sub(sent_at));
            self.timed = None;
        }
        self.probe_may_have_passed();
        let mss = self.mss();
        if self.recovering && acknowledged < self.recover {
            // The next hole (RFC 6582, section 3.2).
            self.again = self.una..(self.una + mss).min(self.recover);
        } else if self.recovering {
            self.recovering = false;
            self.congestion_window = self.slow_start_until;
        } else if self.congestion_window < self.slow_start_until {
            self.congestion_window += fresh.min(2 * mss);
        } else {
            self.congestion_window += (mss * mss / self.congestion_window).max(1);
        }
        self.time_out_at = (self.next > self.una).then(|| now + self.round_trip.time_out());
    }

    fn probe_may_have_passed(&mut self) {
        let Some(probe) = self.probe.clone() else {
            return;
        };
        if self.una >= probe.end {
            let payload = u16::try_from(probe.end - probe.start).unwrap_or(u16::MAX);
            let before = self.mss();
            self.path.probe_passed(payload);
            // As many bytes as before, in fewer segments.
            self.congestion_window = self.congestion_window.max(before);
            self.probe = None;
        }
    }

    fn duplicate(&mut self) {
        self.duplicates += 1;
        let mss = self.mss();
        if self.recovering {
            self.congestion_window += mss;
            return;
        }
        if self.duplicates != DUPLICATES {
            return;
        }
        if let Some(probe) = self.probe.take_if(|probe| probe.start == self.una) {
            // That it was lost says nothing about congestion.
            let payload = u16::try_from(probe.end - probe.start).unwrap_or(u16::MAX);
            self.path.probe_failed(payload);
            self.congestion_window += mss;
            self.again = probe;
            self.recover = self.next;
        } else if self.una > self.recover || self.recover == 0 {
            self.slow_start_until = ((self.next - self.una) / 2).max(2 * mss);
            self.congestion_window = self.slow_start_until + u64::from(DUPLICATES) * mss;
            self.recovering = true;
            self.recover = self.next;
            self.again = self.una..(self.una + mss).min(self.next);
        }
    }

    /// Goes back to what was not acknowledged, where that is overdue; says whether it was.
    pub(super) fn time_out(&mut self, now: Duration) -> bool {
        if self.time_out_at.is_none_or(|at| at > now) {
            return false;
        }
        let since = *self.failing_since.get_or_insert(now);
        if now - since >= LEAST * BLACK_HOLE_TIME_OUTS && self.una > 0 {
            self.path.black_hole();
        }
        self.round_trip.back_off();
        self.slow_start_until = ((self.next - self.una) / 2).max(2 * self.mss());
        self.congestion_window = self.mss();
        self.recovering = false;
        self.duplicates = 0;
        self.probe = None;
        self.timed = None;
        self.recover = self.next;
        self.again = self.una..self.next;
        self.time_out_at = Some(now + self.round_trip.time_out());
        true
    }

    /// An ICMP error says that what is at `offset` was too big.
    pub(super) fn too_big(&mut self, offset: u64, mtu_bytes: u32) {
        // Whoever does not know the window did not see the packet (RFC 5927, section 4.1).
        if !(self.una..self.next).contains(&offset) || !self.path.too_big(mtu_bytes) {
            return;
        }
        self.probe = None;
        self.timed = None;
        self.recover = self.next;
        self.again = self.una..self.next;
    }
}

/// Whether to probe.
enum Probe {
    Now(Range<u64>),
    /// There is room for other segments, but not yet for this one.
    Soon,
    None,
}
