//! The table of RFC 1661 against a client that runs: IPCP is brought into each state by frames, each
//! packet that makes an event is sent to it, and what comes back is what the table says. IPV6CP is open
//! beside it, so that the session outlives what happens to IPCP.

use crate::peer::{IPCP, IPV6CP};
use crate::table::cell_of;
use crate::world::{Packet, SETTINGS, World, option};

const GOOD: [u8; 6] = [3, 6, 100, 64, 0, 1];
const BAD: [u8; 6] = [2, 6, 0, 0x2d, 15, 1];

/// A client and the Configure-Request of IPCP that it has sent last.
struct Live {
    world: World,
    request: Packet,
}

impl Live {
    fn sends(&mut self, code: u8, identifier: u8, data: &[u8]) -> Vec<Packet> {
        let sent = self.world.ppp(IPCP, code, identifier, data);
        assert!(
            sent.iter().all(|packet| packet.protocol == IPCP),
            "{sent:?}"
        );
        if let Some(request) = sent.iter().rfind(|packet| packet.code == 1) {
            self.request = request.clone();
        }
        sent
    }

    fn is_up(&self) -> bool {
        self.world.line().ipv4.is_some()
    }

    /// In Req-Sent, with an address that can be agreed to.
    fn new() -> Self {
        let (mut world, mut sent) = World::with_lcp(&SETTINGS, &[]);
        let ipv6cp = sent.pop().unwrap();
        assert_eq!(ipv6cp.protocol, IPV6CP);
        world.ppp(IPV6CP, 2, ipv6cp.identifier, &ipv6cp.data);
        world.ppp(IPV6CP, 1, 1, &option(1, &[2; 8]));
        let request = sent.pop().unwrap();
        let mut live = Self { world, request };
        let identifier = live.request.identifier;
        live.sends(3, identifier, &option(3, &[10, 0, 0, 2]));
        live
    }

    fn in_state(state: usize) -> Self {
        let mut live = Self::new();
        let Packet {
            identifier, data, ..
        } = live.request.clone();
        let address = option(3, &[10, 0, 0, 2]);
        match state {
            2 => {
                let sent = live.sends(4, identifier, &address);
                live.sends(6, sent[0].identifier, &[]);
            }
            3 => {
                live = Self::in_state(5);
                live.sends(6, 1, &[]);
            }
            4 => assert_eq!(live.sends(4, identifier, &address)[0].code, 5),
            5 => {
                live = Self::in_state(9);
                assert_eq!(live.sends(7, 1, &[1, 1, 0, 4])[0].code, 5);
            }
            6 => {}
            7 => assert_eq!(live.sends(2, identifier, &data), []),
            8 => assert_eq!(live.sends(1, 1, &GOOD)[0].code, 2),
            9 => {
                live = Self::in_state(8);
                live.sends(2, identifier, &data);
                assert!(live.is_up());
            }
            other => panic!("IPCP gets no packets in state {other}"),
        }
        live
    }

    /// Makes `event` happen, and returns what was sent, and whether IPCP came up or went down.
    fn happens(&mut self, event: &str) -> String {
        let was_up = self.is_up();
        let Packet {
            identifier, data, ..
        } = self.request.clone();
        let sent = match event {
            "RCR+" => self.sends(1, 77, &GOOD),
            "RCR-" => self.sends(1, 77, &BAD),
            "RCA" => self.sends(2, identifier, &data),
            "RCN" => self.sends(3, identifier, &option(3, &[10, 0, 0, 3])),
            "RTR" => self.sends(5, 77, &[]),
            "RTA" => self.sends(6, 77, &[]),
            "RUC" => self.sends(9, 77, &[0; 4]),
            "RXJ+" => self.sends(7, 77, &[12, 1, 0, 4]),
            "RXJ-" => self.sends(7, 77, &[1, 1, 0, 4]),
            "TO+" => {
                let sent = self.world.waits_ms(1_000);
                sent.into_iter().map(|(_, packet)| packet).collect()
            }
            other => panic!("no event {other}"),
        };
        let codes = sent.iter().map(|packet| match packet.code {
            1 => "scr",
            2 => "sca",
            3 | 4 => "scn",
            5 => "str",
            6 => "sta",
            7 => "scj",
            other => panic!("code {other}"),
        });
        let change = match (was_up, self.is_up()) {
            (true, false) => Some("tld"),
            (false, true) => Some("tlu"),
            _ => None,
        };
        let mut seen: Vec<_> = codes.chain(change).collect();
        seen.sort_unstable();
        seen.join(",")
    }
}

/// What of a cell can be seen on the wire and in the line, and the next state.
fn visible(cell: &str) -> (String, usize) {
    let (actions, next) = cell.rsplit_once('/').unwrap_or(("", cell));
    let mut seen: Vec<_> = actions
        .split(',')
        .filter(|action| !["", "irc", "zrc", "tlf"].contains(action))
        .collect();
    seen.sort_unstable();
    (seen.join(","), next.parse().unwrap())
}

#[test]
fn a_running_automaton_does_what_the_table_says() {
    let events = [
        "RCR+", "RCR-", "RCA", "RCN", "RTR", "RTA", "RUC", "RXJ+", "RXJ-", "TO+",
    ];
    let mut cells = 0;
    for state in 2..10 {
        for event in events {
            let wanted = cell_of(event, state);
            // The first answer to a request counts, and another is a copy that the line has made
            // (section 4.3 leaves it to the implementation: crossed connections).
            let is_copy = ["RCA", "RCN"].contains(&event) && [7, 9].contains(&state);
            if wanted == "-" {
                continue;
            }
            let (seen, next) = if is_copy {
                (String::new(), state)
            } else {
                visible(&wanted)
            };
            let mut live = Live::in_state(state);
            assert_eq!(live.happens(event), seen, "{event} in state {state}");
            // Where it is now shows in what it does next.
            for probe in ["RCR+", "RUC"] {
                let (seen, _) = visible(&cell_of(probe, next));
                let mut live = Live::in_state(state);
                live.happens(event);
                assert_eq!(
                    live.happens(probe),
                    seen,
                    "{probe} after {event} in state {state}"
                );
            }
            cells += 1;
        }
    }
    assert_eq!(cells, 8 * 9 + 5);
}
