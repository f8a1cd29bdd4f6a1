//! The firmware's router: the very library, in this process.

use std::time::Duration;

use firmware::pppoe;
use firmware::router::clamp_rule::ClampRules;
use firmware::router::config::{
    Config, EthernetPort, Ipv4Interface, Ipv6Interface, Lan, Limits, MAX_MTU_BYTES, Settings, Wan,
    WanIpv6,
};
use firmware::router::counters::Counters;
use firmware::router::time::Instant;
use firmware::router::uplink::{Chosen, Fixed, Pppoe};
use firmware::router::{Router, Wires};

use super::super::packet::ETHERNET_HEADER_LEN;
use super::super::plan::{IPV4_PREFIX_LEN, IPV6_PREFIX_LEN, Port};
use super::super::scenario::RouterSpec;
use super::super::trace::Refusal;
use super::Outbox;

const SESSIONS: usize = 1024;

/// The router, and when it wants to be asked again.
pub(crate) struct FirmwareRouter {
    // Too large to be moved about on a thread's stack.
    router: Box<Router<SESSIONS, Chosen>>,
    next: Option<Instant>,
}

impl FirmwareRouter {
    /// A router on these ports, of which `uplink` is the WAN, with the MTU of each.
    pub(crate) fn new(
        spec: &RouterSpec,
        ports: &[(Port, u16)],
        uplink: usize,
        rules: Option<ClampRules>,
        dials: bool,
        seed: [u8; 16],
    ) -> Result<Self, String> {
        let ethernet = |wire: usize, (port, mtu_bytes): (Port, u16)| EthernetPort {
            wire,
            vlan: None,
            mac: port.mac(),
            mtu_bytes: mtu_bytes.min(MAX_MTU_BYTES),
        };
        let carries_ipv6 = |mtu_bytes: u16| mtu_bytes >= firmware::router::config::MIN_MTU_V6_BYTES;
        let ipv4 = |port: Port| Ipv4Interface {
            address: port.ipv4(),
            prefix_len: IPV4_PREFIX_LEN,
        };
        let ipv6 = |port: Port| Ipv6Interface {
            address: port.ipv6(),
            prefix_len: IPV6_PREFIX_LEN,
        };
        let numbered = ports.iter().copied().enumerate();
        let lans: Vec<_> = numbered
            .filter(|(wire, _)| *wire != uplink)
            .map(|(wire, port)| Lan {
                port: ethernet(wire, port),
                ipv4: ipv4(port.0),
                ipv6: carries_ipv6(port.1).then(|| ipv6(port.0)),
            })
            .collect();
        let wan = ports.get(uplink).copied().ok_or("it has no uplink")?;
        let settings = Settings {
            lans: &lans,
            wan: Wan {
                port: ethernet(uplink, wan),
                ipv4: ipv4(wan.0),
                gateway: wan.0.peer().ipv4(),
                ipv6: carries_ipv6(wan.1).then(|| WanIpv6 {
                    interface: ipv6(wan.0),
                    gateway: wan.0.peer().ipv6(),
                }),
            },
            inner: None,
            forwards: &[],
            clamp: spec.clamp || rules.is_some(),
            clamp_through_tunnels: false,
            limits: Limits {
                icmp_errors_per_second: spec
                    .icmp_errors_per_second
                    .unwrap_or(Limits::default().icmp_errors_per_second),
                ..Limits::default()
            },
        };
        let config = if dials {
            Config::for_uplink(&settings)
        } else {
            Config::new(&settings)
        };
        let mut config = config.map_err(|error| error.to_string())?;
        let uplink = if dials {
            Chosen::Pppoe(dialled(wan.1, seed)?)
        } else {
            Chosen::Fixed(Fixed)
        };
        if let Some(rules) = rules {
            // A board has them in its flash; the few bytes of a run live as long as the process.
            let rules: &'static ClampRules = Box::leak(Box::new(rules));
            config = config
                .with_clamp_rules(rules)
                .map_err(|error| error.to_string())?;
        }
        Ok(Self {
            router: Box::new(Router::with_uplink(config, uplink, seed)),
            next: Some(Instant(0)),
        })
    }

    pub(super) fn receive(
        &mut self,
        port: usize,
        mut frame: Vec<u8>,
        now: Duration,
        out: &mut Outbox,
    ) {
        let dropped = self.router.counters().dropped;
        self.router
            .receive(port, &mut frame, instant(now), &mut Sending(out));
        let after = self.router.counters().dropped;
        if after.total() != dropped.total() {
            let counted = dropped.iter().zip(after.iter());
            let reason = counted
                .filter(|(before, after)| before.1 != after.1)
                .map(|(_, after)| after.0)
                .next();
            let why = match reason {
                Some("too_big") => Refusal::TooBig,
                reason => Refusal::Other(reason.unwrap_or("dropped")),
            };
            let packet = frame.split_off(ETHERNET_HEADER_LEN.min(frame.len()));
            out.refused.push((why, packet));
        }
        // What it has to do by itself may have changed.
        self.next = Some(Instant(0));
    }

    pub(super) fn poll(&mut self, now: Duration, out: &mut Outbox) -> Option<Duration> {
        let at = instant(now);
        if self.next.is_some_and(|next| next <= at) {
            self.next = self.router.poll(at, &mut Sending(out));
        }
        self.next.map(|next| Duration::from_millis(next.0))
    }

    /// What it has counted.
    pub(crate) fn counters(&self) -> Counters {
        self.router.counters()
    }

    /// How many sessions and packets it holds when nothing has come for so long.
    pub(crate) fn held_after(&mut self, silence: Duration, now: Duration) -> (usize, u64) {
        let end = now + silence;
        let mut nobody = Outbox::default();
        while let Some(next) = self.next.map(|next| Duration::from_millis(next.0)) {
            if next > end {
                break;
            }
            // Not by less than its clock tells apart.
            self.poll(next.max(now), &mut nobody);
            nobody.frames.clear();
            if self
                .next
                .is_some_and(|later| Duration::from_millis(later.0) <= next)
            {
                self.next = Some(instant(next + Duration::from_millis(1)));
            }
        }
        (self.router.session_count(), self.router.counters().waiting)
    }
}

/// A PPPoE session with the access concentrator's one customer; IPv6 would come with a prefix of its
/// own, which the scenario's map does not have.
fn dialled(port_mtu_bytes: u16, seed: [u8; 16]) -> Result<Pppoe, String> {
    let settings = pppoe::Settings {
        username: "customer",
        password: "secret",
        ipv6: false,
        port_mtu_bytes,
        ..pppoe::Settings::default()
    };
    Pppoe::new(&settings, seed.map(|byte| !byte)).map_err(|error| error.to_string())
}

fn instant(now: Duration) -> Instant {
    Instant(u64::try_from(now.as_millis()).unwrap_or(u64::MAX))
}

struct Sending<'a>(&'a mut Outbox);

impl Wires for Sending<'_> {
    fn send(&mut self, wire: usize, header: &[u8], packet: &[u8]) -> bool {
        self.0.frames.push((wire, [header, packet].concat()));
        true
    }
}
