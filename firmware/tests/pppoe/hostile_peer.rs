//! A peer that is nearly right, or mean: what it damages, loses and invents.

use std::collections::BTreeMap;

use firmware::pppoe::{DISCOVERY, SESSION};

use crate::peer::{CCP, CHAP, IPCP, IPV6CP, LCP, PAP, Peer, Wants};
use crate::random::Random;
use crate::world::{AC, OTHER_AC, Sent, control, option, options, pppoe, tag, tag_of};

/// A peer that answers as one should, most of the time.
pub(crate) struct Hostile {
    random: Random,
    pub(crate) peer: Peer,
    /// The last packet that the client sent in each protocol.
    heard: BTreeMap<u16, Vec<u8>>,
    host_uniq: Vec<u8>,
    /// One in so many of its right answers is damaged, and is lost.
    damages_one_in: usize,
    loses_one_in: usize,
    /// One in so many frames is not an answer at all.
    invents_one_in: usize,
}

impl Hostile {
    pub(crate) fn new(mut random: Random) -> Self {
        let peer = Peer {
            wants: random.pick(&[
                Wants::Nothing,
                Wants::Pap,
                Wants::Chap,
                Wants::Chap,
                Wants::MsChapThenChap,
            ]),
            mru: random.pick(&[None, Some(1492), Some(1500), Some(1400), Some(700)]),
            max_payload: random.pick(&[None, Some(1500), Some(1496)]),
            carries: random.pick(&[usize::MAX, usize::MAX, 1498]),
            ipv6: !random.one_in(4),
            offers_vj: random.one_in(2),
            offers_ccp: random.one_in(2),
            ..Peer::new()
        };
        Self {
            damages_one_in: random.pick(&[4, 10, 40]),
            loses_one_in: random.pick(&[5, 20, 1000]),
            invents_one_in: random.pick(&[2, 4, 10]),
            peer,
            heard: BTreeMap::new(),
            host_uniq: Vec::new(),
            random,
        }
    }

    fn hear(&mut self, sent: &Sent) {
        if sent.ethertype == SESSION {
            let (protocol, packet) = sent.ppp();
            self.heard.insert(protocol, packet.to_vec());
        } else if let Some(uniq) = tag_of(&sent.bytes, 0x0103) {
            self.host_uniq = uniq;
        }
    }

    /// What it sends to what it has heard.
    pub(crate) fn answers(&mut self, heard: Vec<Sent>, now: u64) -> Vec<Sent> {
        let mut all = self.peer.tick(now);
        for sent in heard {
            self.hear(&sent);
            if !self.random.one_in(self.loses_one_in) {
                all.extend(self.peer.receive(&sent, now));
            }
        }
        for sent in &mut all {
            if self.random.one_in(self.damages_one_in) {
                damage(&mut self.random, &mut sent.bytes);
            }
        }
        while self.random.one_in(self.invents_one_in) || all.is_empty() {
            let at = self.random.below(all.len() + 1);
            let invented = self.invented();
            all.insert(at, invented);
        }
        all
    }

    fn invented(&mut self) -> Sent {
        let random = &mut self.random;
        let session_id = if random.one_in(20) {
            random.pick(&[0, 1, 0x0102, 0xffff])
        } else {
            self.peer.session_id
        };
        let station = if random.one_in(30) {
            random.pick(&[OTHER_AC, [0xff; 6], [0; 6]])
        } else {
            AC
        };
        let (ethertype, mut bytes) = match random.below(12) {
            0 => (DISCOVERY, self.discovery(session_id)),
            _ => (SESSION, self.session(session_id)),
        };
        let random = &mut self.random;
        if random.one_in(8) {
            damage(random, &mut bytes);
        }
        Sent {
            station,
            ethertype,
            bytes,
        }
    }

    fn discovery(&mut self, session_id: u16) -> Vec<u8> {
        let random = &mut self.random;
        let mut tags = Vec::new();
        for _ in 0..random.below(6) {
            let kind = random.pick(&[
                0x0000, 0x0101, 0x0102, 0x0103, 0x0103, 0x0103, 0x0104, 0x0105, 0x0110, 0x0120,
                0x0201, 0x0202, 0x0203, 0x1234,
            ]);
            let len = random.pick(&[0, 1, 2, 8, 12, 20, 127, 128, 129, 400]);
            let value = match kind {
                0x0103 => self.host_uniq.clone(),
                0x0120 => random
                    .pick(&[0_u16, 1, 1492, 1500, 9000])
                    .to_be_bytes()
                    .to_vec(),
                _ => vec![random.byte(); len],
            };
            tags.extend(tag(kind, &value));
        }
        let code = random.pick(&[0x07, 0x07, 0x65, 0x65, 0x65, 0xa7, 0x09, 0x19, 0x00, 0x42]);
        // A PADT for the open session ends it, which shouldn't be all that is ever tried.
        if code == 0xa7 && !random.one_in(4) {
            return pppoe(code, session_id ^ 0x10, &tags);
        }
        let is_offer = code == 0x07;
        pppoe(code, if is_offer { 0 } else { session_id }, &tags)
    }

    fn session(&mut self, session_id: u16) -> Vec<u8> {
        let random = &mut self.random;
        let protocol = random.pick(&[
            LCP, LCP, LCP, LCP, IPCP, IPCP, IPCP, IPV6CP, IPV6CP, PAP, CHAP, CHAP, CCP, 0x0021,
            0x0057, 0x002d, 0xc025, 0x8281, 0x4001,
        ]);
        let heard = self.heard.get(&protocol).cloned();
        let (their_id, their_data) = match heard {
            Some(packet) if packet.len() >= 4 => (packet[1], packet[4..].to_vec()),
            _ => (random.byte(), Vec::new()),
        };
        let identifier = if random.one_in(5) {
            random.byte()
        } else {
            their_id
        };
        let code = match random.below(20) {
            0 => random.byte(),
            1 => 5,
            2 => 6,
            3 => 7,
            4 => 8,
            5 | 6 => 9,
            7 => 10,
            8 => random.pick(&[11, 12, 13, 14]),
            9..=12 => 1,
            13 | 14 => 2,
            15..=17 => 3,
            _ => 4,
        };
        let mut data = match (protocol, code) {
            (PAP | CHAP, _) => {
                let len = random.pick(&[0_u8, 1, 16, 255]);
                let mut data = vec![len];
                data.extend(vec![random.byte(); random.pick(&[0, 16, 40, 255])]);
                data
            }
            (_, 2) => their_data,
            (_, 4) if !random.one_in(3) => {
                // Some of what it asked for.
                let mut some = Vec::new();
                for (kind, value) in options(&their_data) {
                    if random.one_in(2) {
                        some.extend(option(kind, &value));
                    }
                }
                some
            }
            (_, 1 | 3 | 4) => random_options(random, protocol),
            (_, 7) => vec![random.pick(&[1, 7, 9, 10, 12, 200]); 8],
            (_, 8) => random
                .pick(&[LCP, IPCP, IPV6CP, PAP, CHAP, CCP, 0x0021])
                .to_be_bytes()
                .to_vec(),
            (_, 9 | 10) => vec![random.byte(); random.pick(&[0, 3, 4, 8, 1488])],
            _ => vec![random.byte(); random.below(40)],
        };
        data.truncate(1490);
        let packet = control(code, identifier, &data);
        let mut payload = protocol.to_be_bytes().to_vec();
        if random.one_in(20) {
            payload = vec![protocol.to_be_bytes()[1]];
        }
        payload.extend(packet);
        pppoe(0, session_id, &payload)
    }
}

fn random_options(random: &mut Random, protocol: u16) -> Vec<u8> {
    let mut all = Vec::new();
    for _ in 0..random.pick(&[0, 1, 1, 2, 3, 60]) {
        let (kind, len) = match protocol {
            LCP => random.pick(&[
                (1, 2),
                (3, 2),
                (3, 3),
                (5, 4),
                (7, 0),
                (8, 0),
                (17, 2),
                (13, 1),
            ]),
            IPCP => random.pick(&[(1, 8), (2, 4), (3, 4), (3, 4), (129, 4), (131, 4), (130, 4)]),
            _ => random.pick(&[(1, 8), (1, 8), (2, 2)]),
        };
        let len = if random.one_in(8) {
            random.below(30)
        } else {
            len
        };
        let first = random.byte();
        let mut value: Vec<u8> = (0..len).map(|_| random.byte()).collect();
        match (kind, protocol) {
            (1, LCP) if len == 2 => {
                value = random
                    .pick(&[0_u16, 64, 576, 1400, 1492, 1500, 65535])
                    .to_be_bytes()
                    .to_vec();
            }
            (3, LCP) if len >= 2 => {
                value[..2].copy_from_slice(&random.pick(&[PAP, CHAP, 0xc227]).to_be_bytes());
                if len > 2 {
                    value[2] = random.pick(&[5, 0x80, 0x81]);
                }
            }
            _ if random.one_in(4) => value.fill(0),
            _ if first == 0 => value.fill(0xff),
            _ => {}
        }
        if all.len() + value.len() < 1400 {
            all.extend(option(kind, &value));
        }
    }
    all
}

fn damage(random: &mut Random, bytes: &mut Vec<u8>) {
    match random.below(4) {
        0 => bytes.truncate(random.below(bytes.len() + 1)),
        1 => {
            let anything = random.byte();
            bytes.extend(vec![anything; random.below(50)]);
        }
        _ => {
            for _ in 0..=random.below(3) {
                // The first bytes, whose loss ends all interest, less often than the others.
                let from = if random.one_in(6) {
                    0
                } else {
                    6.min(bytes.len() - 1)
                };
                let at = from + random.below(bytes.len() - from);
                let anything = random.byte();
                bytes[at] = random.pick(&[0, 1, 2, 0x7f, 0x80, 0xff, anything]);
            }
        }
    }
    if bytes.is_empty() {
        bytes.push(0);
    }
}
