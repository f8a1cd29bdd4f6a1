//! Discovery: what is offered to whom, and which session a customer gets (RFC 2516, section 5).

use std::net::Ipv4Addr;
use std::time::Duration;

use super::AccessConcentrator;
use super::frame::{Frame, code, tag, tag_bytes};
use super::layers::USUAL_MRU;
use super::session::Session;

impl AccessConcentrator {
    /// PADI: an offer, if the service is one of ours (RFC 2516, section 5.2).
    pub(super) fn offer(&mut self, padi: &Frame<'_>) {
        let tags = padi.tags();
        let Some(service) = find(&tags, tag::SERVICE_NAME) else {
            return;
        };
        if !self.has_service(service) {
            return;
        }
        let settings = &self.settings;
        let cookie = self.draws.of(&padi.from);
        let max_payload = self.max_payload(&tags).map(u16::to_be_bytes);
        let mut answer: Vec<(u16, &[u8])> = vec![(tag::AC_NAME, settings.name.as_bytes())];
        let services = settings.services.iter().map(String::as_bytes);
        answer.extend(services.map(|service| (tag::SERVICE_NAME, service)));
        answer.push((tag::AC_COOKIE, &cookie));
        answer.extend(echoed(&tags));
        if let Some(max_payload) = &max_payload {
            answer.push((tag::PPP_MAX_PAYLOAD, max_payload));
        }
        self.send(padi.from, code::PADO, 0, &tag_bytes(&answer));
    }

    /// PADR: a session, or what stands against it (RFC 2516, section 5.4).
    pub(super) fn open(&mut self, padr: &Frame<'_>, now: Duration) {
        let tags = padr.tags();
        let (Some(service), Some(cookie)) =
            (find(&tags, tag::SERVICE_NAME), find(&tags, tag::AC_COOKIE))
        else {
            return;
        };
        if cookie != self.draws.of(&padr.from) {
            return;
        }
        let max_payload = self.max_payload(&tags);
        let max_payload_tag = max_payload.map(u16::to_be_bytes);
        let mut answer: Vec<(u16, &[u8])> = vec![(tag::SERVICE_NAME, service)];
        answer.extend(echoed(&tags));
        if !self.has_service(service) {
            answer.push((tag::SERVICE_NAME_ERROR, b"no such service"));
            return self.send(padr.from, code::PADS, 0, &tag_bytes(&answer));
        }
        let Some((id, index)) = self.free_session() else {
            answer.push((tag::AC_SYSTEM_ERROR, b"no session left"));
            return self.send(padr.from, code::PADS, 0, &tag_bytes(&answer));
        };
        if let Some(max_payload) = &max_payload_tag {
            answer.push((tag::PPP_MAX_PAYLOAD, max_payload));
        }
        self.send(padr.from, code::PADS, id, &tag_bytes(&answer));
        let session = Session::new(
            &self.settings,
            padr.from,
            index,
            max_payload.unwrap_or(USUAL_MRU),
            &mut self.draws,
        );
        self.last_id = id;
        self.sessions.insert(id, session);
        self.with_session(id, |session, out| session.start(now, out));
    }

    fn has_service(&self, service: &[u8]) -> bool {
        let services = &self.settings.services;
        service.is_empty() || services.iter().any(|ours| ours.as_bytes() == service)
    }

    /// What both ends know the line to carry, if the customer asks for more than is usual (RFC 4638).
    fn max_payload(&self, tags: &[(u16, &[u8])]) -> Option<u16> {
        let asked = u16::from_be_bytes(*find(tags, tag::PPP_MAX_PAYLOAD)?.first_chunk()?);
        let both = asked.min(self.settings.max_payload_bytes);
        (both > USUAL_MRU).then_some(both)
    }

    /// A session number that is not in use, and the number of an address that isn't either.
    fn free_session(&self) -> Option<(u16, u16)> {
        let taken: Vec<Ipv4Addr> = self
            .sessions
            .values()
            .map(Session::customers_ipv4)
            .collect();
        let first = u32::from(self.settings.first_customer_ipv4);
        let index = (0..self.settings.most_sessions).find(|&index| {
            let address = Ipv4Addr::from(first.wrapping_add(u32::from(index)));
            !taken.contains(&address)
        })?;
        // 0 and 65535 are not session numbers.
        let id = (1..u16::MAX)
            .map(|step| (u32::from(self.last_id) + u32::from(step) - 1) % 65_534 + 1)
            .filter_map(|id| u16::try_from(id).ok())
            .find(|id| !self.sessions.contains_key(id))?;
        Some((id, index))
    }
}

fn find<'a>(tags: &[(u16, &'a [u8])], kind: u16) -> Option<&'a [u8]> {
    tags.iter()
        .find(|(of, _)| *of == kind)
        .map(|(_, value)| *value)
}

/// The tags that go back as they came (RFC 2516, appendix A).
fn echoed<'a>(tags: &[(u16, &'a [u8])]) -> Vec<(u16, &'a [u8])> {
    let is_echoed = |kind| matches!(kind, tag::HOST_UNIQ | tag::RELAY_SESSION_ID);
    let tags = tags.iter().copied();
    tags.filter(|(kind, _)| is_echoed(*kind)).collect()
}
