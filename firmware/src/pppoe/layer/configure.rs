//! How both ends come to agree: Configure-Requests and the answers to them (RFC 1661, sections 5.1 to 5.4).

use super::{Answer, Layer, Signal};
use crate::pppoe::automaton::{Event, State};
use crate::pppoe::control::{
    CONFIGURE_ACK, CONFIGURE_NAK, ConfigOption, Judgement, OptionList, Packet, check_options,
    options,
};
use crate::pppoe::io::Io;
use crate::pppoe::negotiation::Negotiation;
use crate::pppoe::status::Discard;

/// How many Configure-Naks are sent without a Configure-Ack (Max-Failure, section 4.6).
const MAX_FAILURE: u8 = 5;

impl Layer<dyn Negotiation> {
    pub(super) fn configure_request(
        &mut self,
        packet: &Packet<'_>,
        io: &mut Io<'_>,
    ) -> Result<Option<Signal>, Discard> {
        check_options(packet.data)?;
        let mut judgement = Judgement::new(self.naks < MAX_FAILURE);
        self.negotiation
            .judge(packet.data, &mut judgement, io.random);
        let (event, code, data) = if judgement.is_good() {
            (Event::GoodRequest, CONFIGURE_ACK, packet.data)
        } else {
            let (code, data) = judgement.answer();
            (Event::BadRequest, code, data)
        };
        let answer = Answer {
            code,
            identifier: packet.identifier,
            front: &[],
            data,
        };
        let was = self.state;
        let signal = self.step(event, answer, io);
        match (event, was) {
            (_, State::Closed | State::Closing | State::Stopping) => {}
            (Event::GoodRequest, _) => {
                self.negotiation.agree();
                self.naks = 0;
            }
            _ if code == CONFIGURE_NAK => self.naks = self.naks.saturating_add(1),
            _ => {}
        }
        Ok(signal)
    }

    pub(super) fn configure_ack(
        &mut self,
        packet: &Packet<'_>,
        io: &mut Io<'_>,
    ) -> Result<Option<Signal>, Discard> {
        if self.is_alive() {
            self.is_answer(packet)?;
            let mut request = OptionList::default();
            self.negotiation.request(&mut request);
            if packet.data != request.as_slice() || !self.negotiation.is_enough() {
                return Err(Discard::WrongOptions);
            }
            self.asked = None;
        }
        Ok(self.step(Event::Ack, Answer::to(packet), io))
    }

    pub(super) fn configure_nak(
        &mut self,
        packet: &Packet<'_>,
        io: &mut Io<'_>,
    ) -> Result<Option<Signal>, Discard> {
        let mut goes_on = true;
        if self.is_alive() {
            self.is_answer(packet)?;
            check_options(packet.data)?;
            if packet.code == CONFIGURE_NAK {
                self.negotiation.nak(packet.data, io.random);
            } else {
                goes_on = self.reject(packet.data)?;
            }
            self.asked = None;
        }
        let event = if goes_on { Event::Nak } else { Event::Close };
        Ok(self.step(event, Answer::to(packet), io))
    }

    /// Returns whether we can go on without. What we didn't ask for can't be refused.
    fn reject(&mut self, rejected: &[u8]) -> Result<bool, Discard> {
        let mut request = OptionList::default();
        self.negotiation.request(&mut request);
        for option in options(rejected) {
            let kind = option?.kind;
            let is_ours = |own: Result<ConfigOption<'_>, _>| own.is_ok_and(|own| own.kind == kind);
            if !options(request.as_slice()).any(is_ours) {
                return Err(Discard::WrongOptions);
            }
        }
        let mut goes_on = true;
        for option in options(rejected) {
            goes_on &= self.negotiation.reject(option?.kind);
        }
        Ok(goes_on)
    }

    fn is_answer(&self, packet: &Packet<'_>) -> Result<(), Discard> {
        if self.asked == Some(packet.identifier) {
            Ok(())
        } else {
            Err(Discard::WrongIdentifier)
        }
    }
}
