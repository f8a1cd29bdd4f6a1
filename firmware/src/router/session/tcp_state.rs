//! A TCP connection as seen by somebody in the middle: followed well enough to age it, and to tell
//! which sequence numbers are on the way.

use super::Side;
use crate::router::transport::{Flags, Segment};

/// How far a segment may lie from what its sender has sent up to now and still be believed, in
/// bytes. A larger gap would need as many bytes lost before the router; somebody who guesses hits
/// it once in 2048 tries.
const PLAUSIBLE_GAP: u32 = 1 << 20;

/// How far a connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Not yet acknowledged by both sides.
    HalfOpen,
    Established,
    /// Reset, or finished by both sides.
    Closing,
}

/// What one side has sent.
#[derive(Clone, Copy, Debug, Default)]
struct Half {
    /// Whether anything was seen, so that the numbers mean something.
    seen: bool,
    /// Whether the other side has acknowledged something of it.
    confirmed: bool,
    finished: bool,
    /// The oldest sequence number that the other side hasn't acknowledged.
    unacknowledged: u32,
    /// The sequence number after the last one that was sent.
    next: u32,
}

impl Half {
    #[inline(always)]
    fn sent(&mut self, segment: &Segment) -> bool {
        let end = segment.sequence.wrapping_add(segment.len);
        if !self.seen {
            self.seen = true;
            self.unacknowledged = segment.sequence;
            self.next = end;
        } else if !is_near(segment.sequence, self.next) {
            return false;
        } else if is_after(end, self.next) {
            self.next = end;
        }
        self.finished |= segment.flags.has(Flags::FIN);
        true
    }

    #[inline(always)]
    fn acknowledged(&mut self, number: u32) {
        if self.seen && !is_after(self.unacknowledged, number) && !is_after(number, self.next) {
            self.unacknowledged = number;
            self.confirmed = true;
        }
    }

    /// Whether `number` has been sent, or comes next, and isn't acknowledged.
    fn window_reaches(&self, number: u32) -> bool {
        self.seen && !is_after(self.unacknowledged, number) && !is_after(number, self.next)
    }

    /// Whether `number` is on the way: sent and not acknowledged (RFC 5927, section 4.1).
    fn has_in_flight(&self, number: u32) -> bool {
        self.window_reaches(number) && number != self.next
    }
}

/// A connection.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TcpState {
    inside: Half,
    outside: Half,
    reset: bool,
}

impl TcpState {
    /// Follows a segment that `from` sent.
    pub(crate) fn follow(&mut self, from: Side, segment: &Segment) {
        let rst = segment.flags.has(Flags::RST);
        let ack = segment.flags.has(Flags::ACK);
        if segment.flags.has(Flags::SYN) && !ack && !rst && self.begins_anew(from, segment) {
            *self = Self::default();
        }
        let (sender, receiver) = match from {
            Side::Inside => (&mut self.inside, &mut self.outside),
            Side::Outside => (&mut self.outside, &mut self.inside),
        };
        if rst {
            // A reset counts where its receiver would believe it (RFC 9293, section 3.5.2), so that
            // a forged one doesn't shorten the life of a session.
            self.reset |= if sender.seen {
                sender.window_reaches(segment.sequence)
            } else {
                ack && receiver.seen && segment.acknowledgment == receiver.next
            };
            return;
        }
        if sender.sent(segment) && ack {
            receiver.acknowledged(segment.acknowledgment);
        }
    }

    /// Whether a SYN is that of another connection with the same two ports: after one that is over,
    /// or in place of one that never came about.
    fn begins_anew(&self, from: Side, segment: &Segment) -> bool {
        let sender = match from {
            Side::Inside => &self.inside,
            Side::Outside => &self.outside,
        };
        match self.progress() {
            Progress::Closing => true,
            Progress::HalfOpen => sender.seen && !is_near(segment.sequence, sender.next),
            Progress::Established => false,
        }
    }

    #[inline(always)]
    pub(crate) fn progress(&self) -> Progress {
        if self.reset || self.inside.finished && self.outside.finished {
            Progress::Closing
        } else if self.inside.confirmed && self.outside.confirmed {
            Progress::Established
        } else {
            Progress::HalfOpen
        }
    }

    /// Whether a segment of `sender` with this sequence number is on the way.
    pub(crate) fn has_in_flight(&self, sender: Side, sequence: u32) -> bool {
        match sender {
            Side::Inside => self.inside.has_in_flight(sequence),
            Side::Outside => self.outside.has_in_flight(sequence),
        }
    }
}

/// Whether `a` comes after `b` in sequence space (RFC 9293, section 3.4).
#[inline(always)]
fn is_after(a: u32, b: u32) -> bool {
    let distance = a.wrapping_sub(b);
    distance != 0 && distance < 1 << 31
}

#[inline(always)]
fn is_near(a: u32, b: u32) -> bool {
    a.wrapping_sub(b) <= PLAUSIBLE_GAP || b.wrapping_sub(a) <= PLAUSIBLE_GAP
}

#[cfg(test)]
mod tests {
    use super::{Progress, TcpState};
    use crate::router::session::Side;
    use crate::router::transport::{Flags, Segment};

    fn segment(flags: &str, sequence: u32, acknowledgment: u32, data: u32) -> Segment {
        let has = |letter| flags.contains(letter);
        Segment {
            sequence,
            acknowledgment,
            flags: Flags(
                [
                    ('F', Flags::FIN),
                    ('S', Flags::SYN),
                    ('R', Flags::RST),
                    ('A', Flags::ACK),
                ]
                .into_iter()
                .filter(|(letter, _)| has(*letter))
                .map(|(_, flag)| flag)
                .sum(),
            ),
            len: data + u32::from(has('S')) + u32::from(has('F')),
        }
    }

    fn established() -> TcpState {
        let mut state = TcpState::default();
        state.follow(Side::Inside, &segment("S", 100, 0, 0));
        state.follow(Side::Outside, &segment("SA", 900, 101, 0));
        state.follow(Side::Inside, &segment("A", 101, 901, 0));
        state
    }

    #[test]
    fn a_handshake_is_established_with_its_third_segment() {
        let mut state = TcpState::default();
        state.follow(Side::Inside, &segment("S", u32::MAX, 0, 0));
        assert_eq!(state.progress(), Progress::HalfOpen);
        state.follow(Side::Outside, &segment("SA", 900, 0, 0));
        assert_eq!(state.progress(), Progress::HalfOpen);
        state.follow(Side::Inside, &segment("A", 0, 901, 0));
        assert_eq!(state.progress(), Progress::Established);
    }

    #[test]
    fn a_connection_taken_up_in_the_middle_is_established_once_both_sides_acknowledge() {
        let mut state = TcpState::default();
        state.follow(Side::Inside, &segment("A", 5000, 70, 100));
        state.follow(Side::Outside, &segment("A", 70, 5100, 0));
        assert_eq!(state.progress(), Progress::HalfOpen);
        state.follow(Side::Inside, &segment("A", 5100, 70, 100));
        assert_eq!(state.progress(), Progress::Established);
    }

    #[test]
    fn it_closes_when_both_sides_have_finished_and_not_before() {
        let mut state = established();
        state.follow(Side::Inside, &segment("FA", 101, 901, 0));
        assert_eq!(state.progress(), Progress::Established);
        state.follow(Side::Outside, &segment("FA", 901, 102, 0));
        assert_eq!(state.progress(), Progress::Closing);
    }

    #[test]
    fn a_reset_counts_only_inside_the_window() {
        let mut state = established();
        state.follow(Side::Outside, &segment("R", 5_000_000, 0, 0));
        assert_eq!(state.progress(), Progress::Established);
        state.follow(Side::Outside, &segment("R", 901, 0, 0));
        assert_eq!(state.progress(), Progress::Closing);
    }

    #[test]
    fn a_refused_connection_closes() {
        let mut state = TcpState::default();
        state.follow(Side::Inside, &segment("S", 100, 0, 0));
        let mut forged = state;
        forged.follow(Side::Outside, &segment("RA", 0, 77, 0));
        assert_eq!(forged.progress(), Progress::HalfOpen);
        state.follow(Side::Outside, &segment("RA", 0, 101, 0));
        assert_eq!(state.progress(), Progress::Closing);
    }

    #[test]
    fn a_new_syn_opens_a_closed_connection_again() {
        let mut state = established();
        state.follow(Side::Inside, &segment("R", 101, 0, 0));
        state.follow(Side::Inside, &segment("S", 70_000, 0, 0));
        assert_eq!(state.progress(), Progress::HalfOpen);
        assert!(state.has_in_flight(Side::Inside, 70_000));
    }

    #[test]
    fn a_syn_in_place_of_one_that_came_to_nothing_is_followed() {
        let mut state = TcpState::default();
        state.follow(Side::Inside, &segment("S", 100, 0, 0));
        state.follow(Side::Inside, &segment("S", 0x5000_0000, 0, 0));
        state.follow(Side::Outside, &segment("SA", 900, 0x5000_0001, 0));
        state.follow(Side::Inside, &segment("A", 0x5000_0001, 901, 0));
        assert_eq!(state.progress(), Progress::Established);
    }

    #[test]
    fn only_what_is_sent_and_not_acknowledged_is_in_flight() {
        let mut state = established();
        state.follow(Side::Inside, &segment("A", 101, 901, 1000));
        state.follow(Side::Inside, &segment("A", 1101, 901, 1000));
        state.follow(Side::Outside, &segment("A", 901, 1101, 0));
        let in_flight = |sequence| state.has_in_flight(Side::Inside, sequence);
        assert!(!in_flight(1100) && in_flight(1101) && in_flight(2100) && !in_flight(2101));
        assert!(!state.has_in_flight(Side::Outside, 901));
    }

    #[test]
    fn a_segment_far_away_moves_no_window() {
        let mut state = established();
        state.follow(Side::Inside, &segment("A", 0x4000_0000, 901, 1000));
        assert!(!state.has_in_flight(Side::Inside, 0x4000_0000));
    }

    #[test]
    fn segments_that_were_lost_before_the_router_leave_no_gap() {
        let mut state = established();
        state.follow(Side::Inside, &segment("A", 1101, 901, 1000));
        assert!(state.has_in_flight(Side::Inside, 1101));
        state.follow(Side::Inside, &segment("A", 101, 901, 1000));
        assert!(state.has_in_flight(Side::Inside, 2100));
    }

    #[test]
    fn acknowledgments_of_what_was_not_sent_or_came_before_move_nothing() {
        let mut state = established();
        state.follow(Side::Inside, &segment("A", 101, 901, 1000));
        state.follow(Side::Outside, &segment("A", 901, 601, 0));
        for number in [101, 5000] {
            state.follow(Side::Outside, &segment("A", 901, number, 0));
            assert!(!state.has_in_flight(Side::Inside, 600), "{number}");
            assert!(state.has_in_flight(Side::Inside, 601), "{number}");
        }
    }

    #[test]
    fn a_syn_that_comes_again_or_late_begins_nothing_anew() {
        let mut state = TcpState::default();
        state.follow(Side::Inside, &segment("S", 100, 0, 0));
        state.follow(Side::Outside, &segment("SA", 900, 101, 0));
        state.follow(Side::Inside, &segment("S", 100, 0, 0));
        state.follow(Side::Inside, &segment("A", 101, 901, 0));
        assert_eq!(state.progress(), Progress::Established);
        state.follow(Side::Inside, &segment("S", 100, 0, 0));
        assert_eq!(state.progress(), Progress::Established);
    }

    #[test]
    fn an_acknowledgment_without_its_flag_is_none() {
        let mut state = TcpState::default();
        state.follow(Side::Inside, &segment("S", 100, 0, 0));
        state.follow(Side::Outside, &segment("S", 900, 101, 0));
        state.follow(Side::Inside, &segment("A", 101, 901, 0));
        assert_eq!(state.progress(), Progress::HalfOpen);
    }

    #[test]
    fn the_last_acknowledgment_leaves_a_connection_closing() {
        let mut state = established();
        state.follow(Side::Inside, &segment("FA", 101, 901, 0));
        state.follow(Side::Outside, &segment("FA", 901, 102, 0));
        state.follow(Side::Inside, &segment("A", 102, 902, 0));
        assert_eq!(state.progress(), Progress::Closing);
    }
}
