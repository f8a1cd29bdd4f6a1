//! Our router on a PPPoE line, in this process: the firmware's PPPoE client at the line, and the
//! firmware's router behind it, which takes the client for its next hop.

use std::net::Ipv4Addr;
use std::time::Duration;

use firmware::pppoe::{Client, Family, LineIpv4, SESSION, Settings as DialSettings, Transmit};
use firmware::router::config::{Config, EthernetPort, Ipv4Interface, Lan, Limits, Settings, Wan};
use firmware::router::time::Instant;
use firmware::router::{Router, Wires};

use super::plan;
use super::pppoe::Customer;
use super::switch::{Switch, tagged, untagged};
use super::wire::End;

const SESSIONS: usize = 1024;
const LAN_WIRE: usize = 0;
const WAN_WIRE: usize = 1;
const ETHERNET_HEADER_LEN: usize = 14;
const ARP: [u8; 2] = [0x08, 0x06];
const IPV4: [u8; 2] = [0x08, 0x00];
/// The client, as the router sees it.
const CLIENT_MAC: [u8; 6] = [0x02, 0, 0, 0, 0, 0x02];
/// Wide enough that the peer's address is in the same network as ours.
const LINE_PREFIX_LEN: u8 = 16;
/// PPPoE and PPP take 8 bytes of what the port carries.
const OVERHEAD_BYTES: u16 = 8;

/// Client and router, and when they want to be asked again.
pub(crate) struct Dialed {
    client: Box<Client>,
    /// There is none before there is an address, and another one when the address changes.
    router: Option<Behind>,
    switch: Switch,
    clamp: bool,
    seed: [u8; 16],
    next: Option<Instant>,
}

struct Behind {
    router: Box<Router<SESSIONS>>,
    address: Ipv4Addr,
    mtu_bytes: u16,
}

impl Dialed {
    pub(crate) fn new(customer: &Customer, switch: Switch, seed: u64) -> Result<Self, String> {
        let settings = DialSettings {
            username: &customer.name,
            password: &customer.password,
            port_mtu_bytes: customer.mru_bytes + OVERHEAD_BYTES,
            echo_interval_seconds: 2,
            ..DialSettings::default()
        };
        let seed = u128::from(seed).to_be_bytes();
        let mut client = Client::new(&settings, seed).map_err(|error| error.to_string())?;
        client.link(true, Instant(0));
        Ok(Self {
            client: Box::new(client),
            router: None,
            switch,
            clamp: customer.clamp,
            seed,
            next: Some(Instant(0)),
        })
    }

    pub(super) fn exchange(&mut self, now: Duration, trunk: &mut End<'_>) -> Result<bool, String> {
        let at = Instant(u64::try_from(now.as_millis()).unwrap_or(u64::MAX));
        let mut moved = false;
        while let Some(frame) = trunk.receive() {
            moved = true;
            if let Some(frame) = self.switch.on_wan(&frame) {
                self.take_from_line(&untag_if_tagged(frame), at, trunk);
            } else if let Some((plan::LAN_VLAN, mut frame)) = untagged(&frame) {
                self.with_router(trunk, |router, wires| {
                    router.receive(LAN_WIRE, &mut frame, at, wires);
                });
            }
        }
        if moved || self.next.is_some_and(|next| next <= at) {
            let mut line = LineWire {
                trunk,
                switch: self.switch,
                sent: false,
            };
            self.next = self.client.poll(at, &mut line);
            moved |= line.sent;
            self.follow_the_line(at)?;
            let mut next = None;
            moved |= self.with_router(trunk, |router, wires| next = router.poll(at, wires));
            self.next = [self.next, next].into_iter().flatten().min();
        }
        Ok(moved)
    }

    pub(super) fn next_at(&self) -> Option<Duration> {
        self.next.map(|next| Duration::from_millis(next.0))
    }

    fn take_from_line(&mut self, frame: &[u8], at: Instant, trunk: &mut End<'_>) {
        let Some((header, payload)) = frame.split_first_chunk::<ETHERNET_HEADER_LEN>() else {
            return;
        };
        let [d0, d1, d2, d3, d4, d5, s0, s1, s2, s3, s4, s5, high, low] = *header;
        if [d0, d1, d2, d3, d4, d5] != plan::ROUTER_MAC {
            return;
        }
        let mut line = LineWire {
            trunk,
            switch: self.switch,
            sent: false,
        };
        let source = [s0, s1, s2, s3, s4, s5];
        let ethertype = u16::from_be_bytes([high, low]);
        let inbound = self
            .client
            .receive(source, ethertype, payload, at, &mut line);
        if let Some(inbound) = inbound
            && inbound.family == Family::Ipv4
            && let Some(packet) = payload.get(inbound.range)
        {
            let mut frame = [&plan::ROUTER_MAC[..], &CLIENT_MAC, &IPV4, packet].concat();
            self.with_router(trunk, |router, wires| {
                router.receive(WAN_WIRE, &mut frame, at, wires);
            });
        }
    }

    /// Makes a router for a new address; one that comes back finds its sessions as they were.
    fn follow_the_line(&mut self, at: Instant) -> Result<(), String> {
        let Some(line) = self.client.line() else {
            return Ok(());
        };
        let Some(LineIpv4 { local, peer, .. }) = line.ipv4 else {
            return Ok(());
        };
        let is_the_same =
            |behind: &Behind| behind.address == local && behind.mtu_bytes == line.mtu_bytes;
        if self.router.as_ref().is_some_and(is_the_same) {
            return Ok(());
        }
        let port = |wire, mtu_bytes| EthernetPort {
            wire,
            vlan: None,
            mac: plan::ROUTER_MAC,
            mtu_bytes,
        };
        let ipv4 = |address, prefix_len| Ipv4Interface {
            address,
            prefix_len,
        };
        let settings = Settings {
            lans: &[Lan {
                port: port(LAN_WIRE, plan::LAN_MTU_BYTES),
                ipv4: ipv4(plan::LAN_IPV4, plan::IPV4_PREFIX_LEN),
                ipv6: None,
            }],
            wan: Wan {
                port: port(WAN_WIRE, line.mtu_bytes),
                ipv4: ipv4(local, LINE_PREFIX_LEN),
                gateway: peer,
                ipv6: None,
            },
            inner: None,
            forwards: &[],
            clamp: self.clamp,
            clamp_through_tunnels: false,
            limits: Limits::default(),
        };
        let config = Config::new(&settings).map_err(|error| error.to_string())?;
        self.router = Some(Behind {
            router: Box::new(Router::new(config, self.seed)),
            address: local,
            mtu_bytes: line.mtu_bytes,
        });
        self.next = Some(at);
        Ok(())
    }

    /// Lets the router work, and puts what it sends where it belongs; says whether it sent anything.
    fn with_router(
        &mut self,
        trunk: &mut End<'_>,
        work: impl FnOnce(&mut Router<SESSIONS>, &mut Outbox),
    ) -> bool {
        let Some(behind) = &mut self.router else {
            return false;
        };
        let mut outbox = Outbox::default();
        work(&mut behind.router, &mut outbox);
        let sent = !outbox.0.is_empty();
        while !outbox.0.is_empty() {
            for (wire, frame) in std::mem::take(&mut outbox.0) {
                match wire {
                    LAN_WIRE => {
                        if let Some(frame) = tagged(&frame, plan::LAN_VLAN) {
                            trunk.send(frame);
                        }
                    }
                    _ => {
                        if let Some(mut answer) = arp_answer(&frame) {
                            let at = self.next.unwrap_or(Instant(0));
                            behind
                                .router
                                .receive(WAN_WIRE, &mut answer, at, &mut outbox);
                        } else {
                            to_line(&self.client, self.switch, trunk, &frame);
                        }
                    }
                }
            }
        }
        sent
    }
}

/// Puts a packet that the router sends to its next hop into the session.
fn to_line(client: &Client, switch: Switch, trunk: &mut End<'_>, frame: &[u8]) {
    let Some((header, packet)) = frame.split_first_chunk::<ETHERNET_HEADER_LEN>() else {
        return;
    };
    if let Some(line) = client.line()
        && line.ipv4.is_some()
        && header.ends_with(&IPV4)
    {
        let header = line.header(Family::Ipv4, packet.len());
        LineWire {
            trunk,
            switch,
            sent: false,
        }
        .send(line.access_concentrator, SESSION, &header, packet);
    }
}

/// Whatever address the router asks for, the client has it.
fn arp_answer(request: &[u8]) -> Option<Vec<u8>> {
    const REQUEST: [u8; 2] = [0, 1];
    const REPLY: [u8; 2] = [0, 2];
    let (header, arp) = request.split_first_chunk::<ETHERNET_HEADER_LEN>()?;
    let &[format @ .., _, _] = arp.first_chunk::<8>()?;
    if !header.ends_with(&ARP) || arp.get(6..8)? != REQUEST {
        return None;
    }
    let (sender, target) = (arp.get(8..18)?, arp.get(24..28)?);
    Some(
        [
            sender.get(..6)?,
            &CLIENT_MAC,
            &ARP,
            &format,
            &REPLY,
            &CLIENT_MAC,
            target,
            sender,
        ]
        .concat(),
    )
}

fn untag_if_tagged(frame: Vec<u8>) -> Vec<u8> {
    untagged(&frame).map_or(frame, |(_, frame)| frame)
}

/// What the router sends, with the wire that it is for.
#[derive(Default)]
struct Outbox(Vec<(usize, Vec<u8>)>);

impl Wires for Outbox {
    fn send(&mut self, wire: usize, header: &[u8], packet: &[u8]) -> bool {
        self.0.push((wire, [header, packet].concat()));
        true
    }
}

/// The line, as the client sees it.
struct LineWire<'t, 'a> {
    trunk: &'t mut End<'a>,
    switch: Switch,
    sent: bool,
}

impl Transmit for LineWire<'_, '_> {
    fn send(&mut self, destination: [u8; 6], ethertype: u16, header: &[u8], rest: &[u8]) -> bool {
        self.sent = true;
        let frame = [
            &destination[..],
            &plan::ROUTER_MAC,
            &ethertype.to_be_bytes(),
            header,
            rest,
        ]
        .concat();
        let vlan = self.switch.wan_vlan();
        tagged(&frame, vlan).is_some_and(|frame| self.trunk.send(frame))
    }
}
