//! What stands at the ends of links.

mod access_line;
mod clamping;
mod error;
mod firmware_router;
mod neighbour;
mod own_host;
mod plain_host;
mod plain_router;
mod rate;
mod ruled;
mod tunnel;

use std::time::Duration;

use super::scenario::Carries;
use super::trace::Refusal;
use super::transfer::{Progress, Role};
pub(crate) use firmware_router::FirmwareRouter;
pub(crate) use own_host::OwnHost;
pub(crate) use plain_host::SmoltcpHost;
pub(crate) use plain_router::{PlainRouter, TunnelEnd};
pub(crate) use ruled::Ruled;

/// A node.
pub(crate) enum Node {
    Smoltcp(Box<SmoltcpHost>),
    Own(Box<OwnHost>),
    Firmware(Box<FirmwareRouter>),
    Plain(Box<PlainRouter>),
}

/// What a node does when it gets a turn.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    /// Frames, and the port that each leaves through.
    pub(crate) frames: Vec<(usize, Vec<u8>)>,
    /// Packets that it drops.
    pub(crate) refused: Vec<(Refusal, Vec<u8>)>,
}

/// One end of a flow, as its host has to know it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FlowEnd {
    /// The flow's number.
    pub(crate) flow: usize,
    pub(crate) role: Role,
    pub(crate) ip: u8,
    pub(crate) carries: Carries,
    pub(crate) bytes: u32,
    pub(crate) starts_at: Duration,
    /// The server's address.
    pub(crate) server: std::net::IpAddr,
}

impl FlowEnd {
    /// The port that the server listens on: each flow has its own, which no masquerade changes.
    pub(crate) fn server_port(&self) -> u16 {
        port(8000, self.flow)
    }

    /// The port that the client connects from.
    pub(crate) fn client_port(&self) -> u16 {
        port(40_000, self.flow)
    }
}

fn port(first: u16, flow: usize) -> u16 {
    first.saturating_add(u16::try_from(flow).unwrap_or(u16::MAX))
}

impl Node {
    /// A frame came in through a port.
    pub(crate) fn receive(&mut self, port: usize, frame: Vec<u8>, now: Duration, out: &mut Outbox) {
        match self {
            Self::Smoltcp(host) => host.receive(frame),
            Self::Own(host) => host.receive(&frame, now, out),
            Self::Firmware(router) => router.receive(port, frame, now, out),
            Self::Plain(router) => router.receive(port, &frame, now, out),
        }
    }

    /// Does what is due, and says when it wants a turn if nothing comes before.
    pub(crate) fn poll(&mut self, now: Duration, out: &mut Outbox) -> Option<Duration> {
        match self {
            Self::Smoltcp(host) => host.poll(now, out),
            Self::Own(host) => host.poll(now, out),
            Self::Firmware(router) => router.poll(now, out),
            Self::Plain(router) => router.poll(now, out),
        }
    }

    /// A link carries another MTU from now on; only those that ask their interface know.
    pub(crate) fn mtu_changed(&mut self, port: usize, mtu_bytes: u16) {
        if let Self::Plain(router) = self {
            router.mtu_changed(port, mtu_bytes);
        }
    }

    /// How far the flow is at this end, if it has one here.
    pub(crate) fn progress(&self, flow: usize) -> Option<Progress> {
        match self {
            Self::Smoltcp(host) => host.progress(flow),
            Self::Own(host) => host.progress(flow),
            Self::Firmware(_) | Self::Plain(_) => None,
        }
    }
}
