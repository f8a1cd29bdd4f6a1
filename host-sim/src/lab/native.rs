//! The router in this process.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use firmware::pppoe;
use firmware::router::config::{
    Config, EthernetPort, Ipv4Interface, Ipv6Interface, Lan, Limits, Settings, Wan, WanIpv6,
};
use firmware::router::time::Instant;
use firmware::router::uplink::{Chosen, Fixed, Pppoe};
use firmware::router::{Router, Wires};

use super::plan;
use super::pppoe::Customer;
use super::wire::End;

const SESSIONS: usize = 1024;
const TRUNK: usize = 0;

/// The same router as on a board, and when it wants to be asked again.
pub(crate) struct Native {
    /// Large, so that it is not handed from stack frame to stack frame.
    router: Box<Router<SESSIONS, Chosen>>,
    next: Option<Instant>,
}

impl Native {
    /// A router with the lab's addresses.
    pub(crate) fn new(clamp: bool, seed: [u8; 16]) -> Result<Self, String> {
        let settings = Settings {
            clamp,
            ..settings(&LAN, port(plan::WAN_VLAN, plan::WAN_MTU_BYTES))
        };
        let config = Config::new(&settings).map_err(|error| error.to_string())?;
        Ok(Self::with(config, Chosen::Fixed(Fixed), seed))
    }

    /// A router that dials as `customer` says, in the VLAN `wan_vlan` of its trunk.
    pub(crate) fn dialing(
        customer: &Customer,
        wan_vlan: u16,
        seed: [u8; 16],
    ) -> Result<Self, String> {
        let port_mtu_bytes = customer.port_mtu_bytes();
        let settings = Settings {
            clamp: customer.clamp,
            ..settings(&LAN, port(wan_vlan, port_mtu_bytes))
        };
        let config = Config::for_uplink(&settings).map_err(|error| error.to_string())?;
        let dialing = pppoe::Settings {
            username: &customer.name,
            password: &customer.password,
            port_mtu_bytes,
            echo_interval_seconds: customer.echo_interval_s,
            ..pppoe::Settings::default()
        };
        // Not what the router's keys are drawn from.
        let uplink_seed = u128::from_be_bytes(seed).rotate_left(17).to_be_bytes();
        let uplink = Pppoe::new(&dialing, uplink_seed).map_err(|error| error.to_string())?;
        Ok(Self::with(config, Chosen::Pppoe(uplink), seed))
    }

    fn with(config: Config, uplink: Chosen, seed: [u8; 16]) -> Self {
        Self {
            router: Box::new(Router::with_uplink(config, uplink, seed)),
            next: Some(Instant(0)),
        }
    }

    pub(super) fn exchange(&mut self, now: Duration, trunk: &mut End<'_>) -> bool {
        let at = Instant(u64::try_from(now.as_millis()).unwrap_or(u64::MAX));
        let mut moved = false;
        while let Some(mut frame) = trunk.receive() {
            moved = true;
            let mut wires = Trunk { trunk, sent: false };
            self.router.receive(TRUNK, &mut frame, at, &mut wires);
        }
        if moved || self.next.is_some_and(|next| next <= at) {
            let mut wires = Trunk { trunk, sent: false };
            self.next = self.router.poll(at, &mut wires);
            moved |= wires.sent;
        }
        moved
    }

    pub(super) fn next_at(&self) -> Option<Duration> {
        self.next.map(|next| Duration::from_millis(next.0))
    }
}

const LAN: [Lan; 1] = [Lan {
    port: port(plan::LAN_VLAN, plan::LAN_MTU_BYTES),
    ipv4: ipv4(plan::LAN_IPV4),
    ipv6: Some(ipv6(plan::LAN_IPV6)),
}];

const fn port(vlan: u16, mtu_bytes: u16) -> EthernetPort {
    EthernetPort {
        wire: TRUNK,
        vlan: Some(vlan),
        mac: plan::ROUTER_MAC,
        mtu_bytes,
    }
}

const fn ipv4(address: Ipv4Addr) -> Ipv4Interface {
    Ipv4Interface {
        address,
        prefix_len: plan::IPV4_PREFIX_LEN,
    }
}

const fn ipv6(address: Ipv6Addr) -> Ipv6Interface {
    Ipv6Interface {
        address,
        prefix_len: plan::IPV6_PREFIX_LEN,
    }
}

fn settings(lans: &[Lan], wan: EthernetPort) -> Settings<'_> {
    Settings {
        lans,
        wan: Wan {
            port: wan,
            ipv4: ipv4(plan::WAN_IPV4),
            gateway: plan::WAN_GATEWAY_IPV4,
            ipv6: Some(WanIpv6 {
                interface: ipv6(plan::WAN_IPV6),
                gateway: plan::WAN_GATEWAY_IPV6,
            }),
        },
        inner: None,
        forwards: &[],
        clamp: true,
        clamp_through_tunnels: false,
        limits: Limits::default(),
    }
}

/// The router's one wire.
struct Trunk<'t, 'a> {
    trunk: &'t mut End<'a>,
    sent: bool,
}

impl Wires for Trunk<'_, '_> {
    fn send(&mut self, _: usize, header: &[u8], packet: &[u8]) -> bool {
        self.sent = true;
        self.trunk.send([header, packet].concat())
    }
}
