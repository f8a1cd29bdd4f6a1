//! What it says to each control packet of the client.

use md5::{Digest, Md5};

use super::{CHALLENGE, CHAP, IPCP, IPV6CP, LCP, PAP, Peer, Wants};
use crate::world::{Sent, control, option, options};

impl Peer {
    pub(super) fn control(
        &mut self,
        protocol: u16,
        code: u8,
        identifier: u8,
        data: &[u8],
    ) -> Vec<Sent> {
        match (protocol, code) {
            (LCP, 1) => {
                let mut all = Vec::new();
                if self.lcp.theirs && self.lcp.ours {
                    // It negotiates anew.
                    let id = self.session_id;
                    let identifier = self.lcp.identifier + 1;
                    self.restart(id);
                    self.is_in_session = true;
                    self.due = Some(0);
                    self.lcp.identifier = identifier;
                    all.extend(self.ask());
                }
                self.lcp.theirs = true;
                all.push(self.ppp(LCP, &control(2, identifier, data)));
                all.extend(self.opened(|peer| peer.lcp.is_open()));
                all
            }
            (LCP, 2) if identifier == self.lcp.identifier && !self.lcp.ours => {
                self.lcp.ours = true;
                self.opened(|peer| peer.lcp.is_open())
            }
            (LCP, 3) if identifier == self.lcp.identifier => {
                for (kind, value) in options(data) {
                    match (kind, &value[..]) {
                        (3, [0xc2, 0x23, 5]) => self.wants = Wants::Chap,
                        (1, [high, low]) => self.mru = Some(u16::from_be_bytes([*high, *low])),
                        _ => {}
                    }
                }
                self.lcp.identifier += 1;
                self.ask()
            }
            (LCP, 5) => vec![self.ppp(LCP, &control(6, identifier, &[]))],
            (LCP, 8) => {
                self.rejected.push(u16::from_be_bytes([data[0], data[1]]));
                Vec::new()
            }
            (LCP, 9) if self.lcp.is_open() => {
                let data = [&[0xac, 0, 0, 1], &data[4..]].concat();
                vec![self.ppp(LCP, &control(10, identifier, &data))]
            }
            (PAP, 1) if self.lcp.is_open() && self.wants == Wants::Pap => {
                let name_len = usize::from(data[0]);
                let (name, rest) = data[1..].split_at(name_len);
                let is_right = name == b"customer" && &rest[1..] == self.password;
                self.judged(is_right, PAP, 2, identifier)
            }
            (CHAP, 2) if self.lcp.is_open() && self.wants == Wants::Chap => {
                let hash = Md5::new()
                    .chain_update([identifier])
                    .chain_update(self.password)
                    .chain_update(CHALLENGE)
                    .finalize();
                let is_right =
                    data[0] == 16 && data[1..17] == hash[..] && &data[17..] == b"customer";
                self.judged(is_right, CHAP, 3, identifier)
            }
            (IPCP, 1) if self.is_authenticated || self.wants == Wants::Nothing => {
                self.ipcp.begin_anew();
                let mut naks = Vec::new();
                for (kind, value) in options(data) {
                    let right = match kind {
                        3 => self.address,
                        129 => [100, 64, 0, 53],
                        131 => [100, 64, 1, 53],
                        other => panic!("IPCP option {other}"),
                    };
                    if value != right {
                        naks.extend(option(kind, &right));
                    }
                }
                if naks.is_empty() {
                    self.ipcp.theirs = true;
                    vec![self.ppp(IPCP, &control(2, identifier, data))]
                } else {
                    vec![self.ppp(IPCP, &control(3, identifier, &naks))]
                }
            }
            (IPCP, 2) if identifier == self.ipcp.identifier => {
                self.ipcp.ours = true;
                Vec::new()
            }
            (IPCP, 4) if identifier == self.ipcp.identifier => {
                let kinds = options(data).into_iter().map(|(kind, _)| (IPCP, kind));
                self.rejected_options.extend(kinds);
                self.offers_vj = false;
                self.ipcp.identifier += 1;
                self.ask()
            }
            (IPV6CP, 1) if self.ipv6 && (self.is_authenticated || self.wants == Wants::Nothing) => {
                self.ipv6cp.begin_anew();
                self.ipv6cp.theirs = true;
                vec![self.ppp(IPV6CP, &control(2, identifier, data))]
            }
            (IPV6CP, 1) if !self.ipv6 => {
                let rejected = [&IPV6CP.to_be_bytes()[..], &control(1, identifier, data)].concat();
                vec![self.ppp(LCP, &control(8, 1, &rejected))]
            }
            (IPV6CP, 2) if identifier == self.ipv6cp.identifier => {
                self.ipv6cp.ours = true;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// Goes on when `open` is newly true: the answer that makes it so is at hand.
    fn opened(&mut self, open: impl Fn(&Self) -> bool) -> Vec<Sent> {
        if open(self) { self.ask() } else { Vec::new() }
    }

    fn judged(&mut self, is_right: bool, protocol: u16, yes: u8, identifier: u8) -> Vec<Sent> {
        let text: &[u8] = if is_right {
            b"\x05hello"
        } else {
            b"\x06no way"
        };
        let text = if protocol == CHAP { &text[1..] } else { text };
        let code = if is_right { yes } else { yes + 1 };
        let mut all = vec![self.ppp(protocol, &control(code, identifier, text))];
        if is_right {
            self.accepted += 1;
            if !self.is_authenticated {
                self.is_authenticated = true;
                all.extend(self.ask());
            }
        } else {
            self.refused += 1;
        }
        all
    }
}
