//! An access concentrator that behaves, in the fewest lines: what it says goes by the RFCs, and what
//! isn't answered it says again every 3 s.

mod answers;

use firmware::pppoe::{DISCOVERY, Mac, SESSION};

use crate::world::{AC, Sent, control, option, pppoe, tag, tag_of};

pub(crate) const LCP: u16 = 0xc021;
pub(crate) const PAP: u16 = 0xc023;
pub(crate) const CHAP: u16 = 0xc223;
pub(crate) const IPCP: u16 = 0x8021;
pub(crate) const IPV6CP: u16 = 0x8057;
pub(crate) const CCP: u16 = 0x80fd;
const CHALLENGE: &[u8] = b"sixteen byte val";
const COOKIE: &[u8] = b"a cookie of twenty b";
const REPEAT_MS: u64 = 3_000;

/// How it wants to know who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wants {
    Nothing,
    Pap,
    Chap,
    /// MS-CHAP version 2 at first, and CHAP with MD5 when told so.
    MsChapThenChap,
}

/// One control protocol of it.
#[derive(Clone, Default)]
pub(crate) struct Half {
    /// The client has agreed to ours, and we to the client's.
    ours: bool,
    theirs: bool,
    identifier: u8,
}

impl Half {
    fn is_open(&self) -> bool {
        self.ours && self.theirs
    }

    /// A request when all was settled: ours goes out again too, at the next tick.
    fn begin_anew(&mut self) {
        if self.is_open() {
            self.ours = false;
            self.theirs = false;
            self.identifier = self.identifier.wrapping_add(1);
        }
    }
}

#[derive(Clone)]
pub(crate) struct Peer {
    pub(crate) mac: Mac,
    pub(crate) session_id: u16,
    pub(crate) wants: Wants,
    pub(crate) password: &'static [u8],
    pub(crate) mru: Option<u16>,
    /// What it grants of PPP-Max-Payload.
    pub(crate) max_payload: Option<u16>,
    /// The longest PPPoE payload, header and all, that gets through.
    pub(crate) carries: usize,
    pub(crate) offers_vj: bool,
    pub(crate) offers_ccp: bool,
    pub(crate) ipv6: bool,
    pub(crate) address: [u8; 4],
    /// So many of the first frames are not heard.
    pub(crate) deaf_to: usize,
    pub(crate) is_dead: bool,
    pub(crate) lcp: Half,
    pub(crate) is_authenticated: bool,
    pub(crate) ipcp: Half,
    pub(crate) ipv6cp: Half,
    pub(crate) is_in_session: bool,
    pub(crate) due: Option<u64>,
    /// PADTs that came.
    pub(crate) hung_up: usize,
    /// Protocols that the client has rejected.
    pub(crate) rejected: Vec<u16>,
    /// Options that the client has rejected, by protocol.
    pub(crate) rejected_options: Vec<(u16, u8)>,
    /// Proofs that were right, and wrong.
    pub(crate) accepted: usize,
    pub(crate) refused: usize,
}

impl Peer {
    pub(crate) fn new() -> Self {
        Self {
            mac: AC,
            session_id: 0x0101,
            wants: Wants::Chap,
            password: b"secret",
            mru: Some(1492),
            max_payload: None,
            carries: usize::MAX,
            offers_vj: false,
            offers_ccp: false,
            ipv6: true,
            address: [100, 64, 0, 10],
            deaf_to: 0,
            is_dead: false,
            lcp: Half::default(),
            is_authenticated: false,
            ipcp: Half::default(),
            ipv6cp: Half::default(),
            is_in_session: false,
            due: None,
            hung_up: 0,
            rejected: Vec::new(),
            rejected_options: Vec::new(),
            accepted: 0,
            refused: 0,
        }
    }

    /// Forgets everything, as one that starts again.
    pub(crate) fn restart(&mut self, session_id: u16) {
        *self = Self {
            session_id,
            lcp: Half::default(),
            ipcp: Half::default(),
            ipv6cp: Half::default(),
            is_authenticated: false,
            is_in_session: false,
            due: None,
            ..self.clone()
        };
    }

    pub(crate) fn next_due(&self) -> Option<u64> {
        self.due.filter(|_| !self.is_dead)
    }

    fn frame(&self, ethertype: u16, bytes: Vec<u8>) -> Sent {
        Sent {
            station: self.mac,
            ethertype,
            bytes,
        }
    }

    pub(crate) fn ppp(&self, protocol: u16, packet: &[u8]) -> Sent {
        let payload = [&protocol.to_be_bytes(), packet].concat();
        self.frame(SESSION, pppoe(0, self.session_id, &payload))
    }

    pub(crate) fn hang_up(&mut self) -> Sent {
        let id = self.session_id;
        self.restart(id);
        self.frame(DISCOVERY, pppoe(0xa7, id, &[]))
    }

    /// What wasn't answered, again.
    pub(crate) fn tick(&mut self, now: u64) -> Vec<Sent> {
        if self.is_dead || self.due.is_none_or(|due| due > now) {
            return Vec::new();
        }
        self.due = Some(now + REPEAT_MS);
        self.ask()
    }

    fn ask(&mut self) -> Vec<Sent> {
        let mut all = Vec::new();
        if !self.lcp.ours {
            let mut data = Vec::new();
            if let Some(mru) = self.mru {
                data.extend(option(1, &mru.to_be_bytes()));
            }
            data.extend(match self.wants {
                Wants::Nothing => vec![],
                Wants::Pap => option(3, &[0xc0, 0x23]),
                Wants::Chap => option(3, &[0xc2, 0x23, 5]),
                Wants::MsChapThenChap => option(3, &[0xc2, 0x23, 0x81]),
            });
            data.extend(option(5, &[0xac, 0, 0, 1]));
            all.push(self.ppp(LCP, &control(1, self.lcp.identifier, &data)));
        }
        if !self.lcp.is_open() {
            return all;
        }
        if !self.is_authenticated {
            if self.wants == Wants::Chap {
                let mut data = vec![u8::try_from(CHALLENGE.len()).unwrap()];
                data.extend(CHALLENGE);
                data.extend(b"ac");
                all.push(self.ppp(CHAP, &control(1, 77, &data)));
            }
            if self.wants != Wants::Nothing {
                return all;
            }
        }
        if !self.ipcp.ours {
            let mut data = option(3, &[100, 64, 0, 1]);
            if self.offers_vj {
                data.extend(option(2, &[0, 0x2d, 15, 1]));
            }
            all.push(self.ppp(IPCP, &control(1, self.ipcp.identifier, &data)));
        }
        if self.ipv6 && !self.ipv6cp.ours {
            let data = option(1, &[2, 0, 0, 0, 0, 0, 0xac, 1]);
            all.push(self.ppp(IPV6CP, &control(1, self.ipv6cp.identifier, &data)));
        }
        if self.offers_ccp {
            self.offers_ccp = false;
            all.push(self.ppp(CCP, &control(1, 1, &option(26, &[0x78, 0]))));
        }
        all
    }

    pub(crate) fn receive(&mut self, sent: &Sent, now: u64) -> Vec<Sent> {
        if self.is_dead || sent.bytes.len() > self.carries {
            return Vec::new();
        }
        if self.deaf_to > 0 {
            self.deaf_to -= 1;
            return Vec::new();
        }
        let bytes = &sent.bytes;
        let id = u16::from_be_bytes([bytes[2], bytes[3]]);
        match (sent.ethertype, bytes[1]) {
            (DISCOVERY, 0x09) => {
                let mut tags = tag(0x0101, &tag_of(bytes, 0x0101).unwrap());
                tags.extend(tag(0x0102, b"ac"));
                tags.extend(tag(0x0104, COOKIE));
                tags.extend(tag(0x0103, &tag_of(bytes, 0x0103).unwrap()));
                tags.extend(self.granted(bytes));
                vec![self.frame(DISCOVERY, pppoe(0x07, 0, &tags))]
            }
            (DISCOVERY, 0x19) if sent.station == self.mac => {
                if tag_of(bytes, 0x0104).unwrap_or_default() != COOKIE {
                    return Vec::new();
                }
                self.restart(self.session_id);
                self.is_in_session = true;
                self.due = Some(now + REPEAT_MS);
                let mut tags = tag(0x0101, &tag_of(bytes, 0x0101).unwrap());
                tags.extend(tag(0x0103, &tag_of(bytes, 0x0103).unwrap()));
                tags.extend(self.granted(bytes));
                let mut all = vec![self.frame(DISCOVERY, pppoe(0x65, self.session_id, &tags))];
                all.extend(self.ask());
                all
            }
            (DISCOVERY, 0xa7) => {
                self.hung_up += 1;
                if id == self.session_id {
                    self.restart(id);
                }
                Vec::new()
            }
            (SESSION, 0) if id == self.session_id && self.is_in_session => {
                let (protocol, packet) = sent.ppp();
                let len = usize::from(u16::from_be_bytes([packet[2], packet[3]]));
                self.control(protocol, packet[0], packet[1], &packet[4..len])
            }
            _ => Vec::new(),
        }
    }

    fn granted(&self, asked: &[u8]) -> Vec<u8> {
        match (self.max_payload, tag_of(asked, 0x0120)) {
            (Some(most), Some(asked)) => {
                let asked = u16::from_be_bytes([asked[0], asked[1]]);
                tag(0x0120, &asked.min(most).to_be_bytes())
            }
            _ => Vec::new(),
        }
    }
}
