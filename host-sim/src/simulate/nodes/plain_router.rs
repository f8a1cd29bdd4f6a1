//! A router as one finds them: forwards, says what is too big or keeps silent, clamps by whatever
//! policy. It does not fragment: whatever is too big is treated as if DF were set.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use smoltcp::wire::{Ipv4Packet, Ipv6Packet};

use super::super::packet::{self, Ip, SYN, Tcp, packet_in};
use super::super::plan::{NodePlan, Port, link_of};
use super::super::scenario::{Heading, RouterSpec};
use super::super::trace::Refusal;
use super::access_line::AccessLine;
use super::rate::Rate;
use super::ruled::Ruled;
use super::tunnel::Tunnel;
use super::{Outbox, clamping, error, neighbour};

/// The router.
pub(crate) struct PlainRouter {
    spec: RouterSpec,
    plan: NodePlan,
    /// What each port carries, in the order of the plan.
    mtus: Vec<usize>,
    /// The ports that are ends of tunnels.
    tunnels: BTreeMap<usize, Tunnel>,
    uplink: Option<usize>,
    /// The ports that customers dial in on.
    lines: BTreeMap<usize, AccessLine>,
    /// What says which SYNs are clamped, in place of the policy.
    ruled: Option<Ruled>,
    errors: Option<Rate>,
}

/// A tunnel as the router is built with it.
pub(crate) struct TunnelEnd {
    pub(crate) port: usize,
    pub(crate) spec: super::super::scenario::TunnelSpec,
    pub(crate) own: IpAddr,
    pub(crate) peer: IpAddr,
}

impl PlainRouter {
    pub(crate) fn new(
        spec: &RouterSpec,
        plan: &NodePlan,
        mtus: &[u16],
        tunnels: Vec<TunnelEnd>,
        uplink: Option<usize>,
        ruled: Option<Ruled>,
    ) -> Self {
        let tunnels = tunnels.into_iter().map(|end| {
            let tunnel = Tunnel::new(end.spec.kind, end.spec.mtu_bytes, end.own, end.peer);
            (end.port, tunnel)
        });
        Self {
            spec: spec.clone(),
            plan: plan.clone(),
            mtus: mtus.iter().map(|mtu| usize::from(*mtu)).collect(),
            tunnels: tunnels.collect(),
            uplink,
            lines: BTreeMap::new(),
            ruled,
            errors: spec.icmp_errors_per_second.map(Rate::new),
        }
    }

    /// Makes a port an access line, on whose Ethernet fit `mtu_bytes`.
    pub(crate) fn serve_line(&mut self, port: usize, mtu_bytes: u16, seed: u64) {
        if let Some(&here) = self.plan.ports.get(port) {
            self.lines
                .insert(port, AccessLine::new(here, mtu_bytes, seed));
        }
    }

    /// Does what is due on its lines.
    pub(super) fn poll(&mut self, now: Duration, out: &mut Outbox) -> Option<Duration> {
        let turns = self.lines.iter_mut();
        turns
            .filter_map(|(port, line)| line.poll(*port, now, out))
            .min()
    }

    pub(super) fn mtu_changed(&mut self, port: usize, mtu_bytes: u16) {
        if let Some(mtu) = self.mtus.get_mut(port) {
            *mtu = usize::from(mtu_bytes);
        }
    }

    pub(super) fn receive(&mut self, port: usize, frame: &[u8], now: Duration, out: &mut Outbox) {
        let Some(&here) = self.plan.ports.get(port) else {
            return;
        };
        if let Some(line) = self.lines.get_mut(&port) {
            for packet in line.receive(port, frame, now, out) {
                self.packet(port, packet, now, out);
            }
            return;
        }
        if let Some(answer) = neighbour::answer(here, frame) {
            out.frames.push((port, answer));
            return;
        }
        if frame.get(..6) != Some(&here.mac()) {
            return;
        }
        let Some(packet) = packet_in(frame) else {
            return;
        };
        // Ethernet's padding is not the packet's.
        let Some(packet) = Ip::read(packet).and_then(|ip| packet.get(..ip.len)) else {
            out.refused
                .push((Refusal::Other("malformed"), packet.to_vec()));
            return;
        };
        self.packet(port, packet.to_vec(), now, out);
    }

    /// A packet that came in through a link or out of a tunnel.
    fn packet(&mut self, from: usize, packet: Vec<u8>, now: Duration, out: &mut Outbox) {
        let Some(ip) = Ip::read(&packet) else {
            return;
        };
        let is_own = |port: &Port| neighbour::has(*port, ip.destination);
        if self.plan.ports.iter().any(is_own) {
            let inner = self
                .tunnels
                .iter_mut()
                .find_map(|(port, tunnel)| Some((*port, tunnel.unwrap(&ip)?)));
            if let Some((port, inner)) = inner {
                self.forward(port, inner, now, out);
            }
            return;
        }
        self.forward(from, packet, now, out);
    }

    fn forward(&mut self, from: usize, mut packet: Vec<u8>, now: Duration, out: &mut Outbox) {
        let Some(ip) = Ip::read(&packet) else {
            out.refused.push((Refusal::Other("malformed"), packet));
            return;
        };
        let (source, route) = (ip.source, self.route(ip.destination));
        let Some(to) = route else {
            out.refused.push((Refusal::Other("no route"), packet));
            return;
        };
        if !hop(&mut packet) {
            out.refused
                .push((Refusal::Other("hop limit or checksum"), packet));
            return;
        }
        let mtu_bytes = self.mtu(to);
        if packet.len() > mtu_bytes {
            self.refuse(from, source, packet, mtu_bytes, now, out);
            return;
        }
        let both = mtu_bytes.min(self.mtu(from));
        if let Some(ruled) = &self.ruled {
            if is_syn(&packet) {
                ruled.clamp(&mut packet, from, to, both);
            }
        } else if self.spec.clamp {
            let heading = self.heading(from, to);
            clamping::clamp(&self.spec.policy, &mut packet, both, heading);
        }
        if self.spec.recomputes_checksums {
            clamping::recompute_checksum(&mut packet);
        }
        self.send(to, packet, out);
    }

    fn mtu(&self, port: usize) -> usize {
        if let Some(line) = self.lines.get(&port) {
            return line.mtu_bytes();
        }
        match self.tunnels.get(&port) {
            Some(tunnel) => tunnel.mtu_bytes,
            None => self.mtus.get(port).copied().unwrap_or_default(),
        }
    }

    fn route(&self, to: IpAddr) -> Option<usize> {
        self.plan.routes.get(&link_of(to)?).copied()
    }

    fn heading(&self, from: usize, to: usize) -> Option<Heading> {
        let uplink = self.uplink?;
        if to == uplink {
            Some(Heading::Outward)
        } else if from == uplink {
            Some(Heading::Inward)
        } else {
            None
        }
    }

    /// Drops a packet that is too big, and says so where this router does.
    fn refuse(
        &mut self,
        from: usize,
        source: IpAddr,
        packet: Vec<u8>,
        mtu_bytes: usize,
        now: Duration,
        out: &mut Outbox,
    ) {
        let may_speak =
            !self.spec.keeps_silent && self.errors.as_mut().is_none_or(|rate| rate.allows(now));
        let here = self.plan.ports.get(from).copied();
        let ip = if source.is_ipv4() { 4 } else { 6 };
        let error = here
            .filter(|_| may_speak)
            .and_then(|here| error::too_big(here.address(ip), &packet, mtu_bytes));
        let why = match error {
            Some(_) => Refusal::TooBig,
            None => Refusal::TooBigInSilence,
        };
        out.refused.push((why, packet));
        if let (Some(error), Some(back)) = (error, self.route(source)) {
            self.send(back, error, out);
        }
    }

    fn send(&mut self, to: usize, packet: Vec<u8>, out: &mut Outbox) {
        if let Some(tunnel) = self.tunnels.get(&to) {
            let outer = tunnel.wrap(&packet);
            let below = link_of(tunnel.peer.ip())
                .and_then(|link| self.plan.routes_below.get(&link))
                .copied();
            match below {
                Some(port) if outer.len() <= self.mtu(port) => self.send_on_link(port, &outer, out),
                // The tunnel's own end is told by nobody, and asks nobody.
                Some(_) => out.refused.push((Refusal::TooBigInSilence, packet)),
                None => out.refused.push((Refusal::Other("no route"), packet)),
            }
        } else {
            self.send_on_link(to, &packet, out);
        }
    }

    fn send_on_link(&mut self, to: usize, packet: &[u8], out: &mut Outbox) {
        if let Some(line) = self.lines.get_mut(&to) {
            line.send(to, packet, out);
            return;
        }
        if let Some(&here) = self.plan.ports.get(to) {
            let frame = packet::frame(here.mac(), here.peer().mac(), packet);
            out.frames.push((to, frame));
        }
    }
}

fn is_syn(packet: &[u8]) -> bool {
    let segment = Ip::read(packet).and_then(|ip| Tcp::read(&ip));
    segment.is_some_and(|segment| segment.flags & SYN != 0)
}

/// Counts one hop; says whether the packet may go on.
fn hop(packet: &mut [u8]) -> bool {
    if packet.first().is_some_and(|first| first >> 4 == 4) {
        let mut header = Ipv4Packet::new_unchecked(packet);
        let hops = header.hop_limit();
        if hops <= 1 || !header.verify_checksum() {
            return false;
        }
        header.set_hop_limit(hops - 1);
        header.fill_checksum();
    } else {
        let mut header = Ipv6Packet::new_unchecked(packet);
        let hops = header.hop_limit();
        if hops <= 1 {
            return false;
        }
        header.set_hop_limit(hops - 1);
    }
    true
}
