//! `host-sim lab join`: the router and its switch between two real networks.

use std::fs::create_dir_all;
use std::io::Write;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::arguments::JoinArguments;
use super::line::Line;
use super::namespaces::Namespaces;
use super::network::{FAST_BITS_PER_SECOND, QUEUE_FRAMES};
use super::router_box::RouterBox;
use super::start;
use super::switch::Switch;
use super::wire::{End, Wire};
use crate::Exit;
use crate::interface::{FrameBuffer, Interface, InterfaceError, Offload, Ready, Sent, Stop};
use crate::pcap_file::Capture;

/// How many frames are taken from one interface before the others get their turn.
const FRAMES_A_TURN: usize = 64;
/// How often to look whether an emulated router still runs.
const CHECK_EVERY: Duration = Duration::from_millis(200);

/// What passed, at the end.
#[derive(Debug, Default, Serialize)]
struct Tally {
    from_lan_frames: u64,
    to_lan_frames: u64,
    from_wan_frames: u64,
    to_wan_frames: u64,
    /// Found a queue full, here or at the router's card.
    lost_in_queues: u64,
    /// An interface would not take them, or handed out what no wire could carry.
    lost_at_interfaces: u64,
    /// Came from the router with no tag, or one of no port.
    of_no_port: u64,
}

/// Joins the two networks until SIGINT or SIGTERM.
pub(super) fn run(
    arguments: &JoinArguments,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, String> {
    let words = |error: InterfaceError| error.to_string();
    let stop = Stop::new().map_err(words)?;
    // Kept until the end: they go with this value.
    let namespaces = arguments.netns.then(Namespaces::create).transpose()?;
    let (lan, wan) = match (&namespaces, &arguments.lan, &arguments.wan) {
        (Some(_), ..) => (&Namespaces::lan_interface(), &Namespaces::wan_interface()),
        (None, Some(lan), Some(wan)) => (lan, wan),
        (None, ..) => return Err("give --lan and --wan, or --netns".into()),
    };
    let lan = Interface::open(lan).map_err(words)?;
    let wan = Interface::open(wan).map_err(words)?;
    if let Some(directory) = &arguments.capture {
        create_dir_all(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    }
    let capture = |name| {
        arguments
            .capture
            .as_deref()
            .map(|directory| Capture::create(directory, name))
            .transpose()
    };
    let (router, rate_bits_per_second) = start::router(&arguments.router, !arguments.no_clamp)?;
    let fast = || Line::new(FAST_BITS_PER_SECOND, QUEUE_FRAMES);
    let to_router = Line::new(rate_bits_per_second, QUEUE_FRAMES);
    let mut joined = Joined {
        router,
        lan: Joint::new(lan, Wire::new(fast(), fast(), capture("lan")?)),
        wan: Joint::new(wan, Wire::new(fast(), fast(), capture("wan")?)),
        trunk: Wire::new(fast(), to_router, capture("trunk")?),
        switch: Switch::default(),
        start: Instant::now(),
    };
    // Nobody is left to tell when this can't be written.
    let _ = writeln!(
        err,
        "host-sim: {} between {} and {}; Ctrl-C ends it{}",
        start::name(&arguments.router),
        joined.lan.interface.name(),
        joined.wan.interface.name(),
        if arguments.netns {
            Namespaces::HINT
        } else {
            ""
        }
    );
    let ended = joined.until_stopped(&stop);
    let tally = joined.tally();
    let written = if arguments.json {
        serde_json::to_string(&tally)
            .map_err(Into::into)
            .and_then(|line| writeln!(out, "{line}"))
    } else {
        writeln!(
            out,
            "LAN: {} frames to the router, {} from it\n\
             WAN: {} frames to the router, {} from it\n\
             lost: {} in queues, {} at interfaces, {} of no VLAN here",
            tally.from_lan_frames,
            tally.to_lan_frames,
            tally.from_wan_frames,
            tally.to_wan_frames,
            tally.lost_in_queues,
            tally.lost_at_interfaces,
            tally.of_no_port,
        )
    };
    ended?;
    joined.finish()?;
    written
        .map(|()| Exit::Fine)
        .map_err(|error| error.to_string())
}

/// Two interfaces, a switch and a router.
struct Joined {
    router: RouterBox,
    lan: Joint,
    wan: Joint,
    trunk: Wire,
    switch: Switch,
    start: Instant,
}

impl Joined {
    fn until_stopped(&mut self, stop: &Stop) -> Result<(), String> {
        let mut check_at = Duration::ZERO;
        loop {
            let now = self.start.elapsed();
            if now >= check_at {
                self.router.check()?;
                check_at = now + CHECK_EVERY;
            }
            while self.pass(self.start.elapsed())? {}
            let now = self.start.elapsed();
            let wires = [&self.lan.wire, &self.wan.wire, &self.trunk].map(Wire::next_at);
            let at = wires
                .into_iter()
                .chain([self.router.next_at(), Some(check_at)])
                .flatten()
                .min()
                .unwrap_or(now);
            let interfaces = [self.lan.interface.as_fd(), self.wan.interface.as_fd()];
            let sources = interfaces.into_iter().chain(self.router.sources());
            let ready = stop.wait(sources, Some(at.saturating_sub(now)));
            if ready.map_err(|error| error.to_string())? == Ready::Stopped {
                return Ok(());
            }
        }
    }

    /// Lets everybody work once; says whether anybody had something to do.
    fn pass(&mut self, now: Duration) -> Result<bool, String> {
        let lan = self.lan.pass(now)?;
        let wan = self.wan.pass(now)?;
        let switch = self.switch.pass(
            &mut self.trunk.outer(now),
            &mut self.lan.wire.inner(now),
            &mut self.wan.wire.inner(now),
        );
        let router = self.router.exchange(now, &mut self.trunk.inner(now))?;
        Ok(lan || wan || switch || router)
    }

    fn tally(&self) -> Tally {
        let wires = [&self.lan.wire, &self.wan.wire, &self.trunk];
        Tally {
            from_lan_frames: self.lan.from_interface,
            to_lan_frames: self.lan.to_interface,
            from_wan_frames: self.wan.from_interface,
            to_wan_frames: self.wan.to_interface,
            lost_in_queues: wires.iter().map(|wire| wire.lost()).sum::<u64>() + self.router.lost(),
            lost_at_interfaces: self.lan.lost + self.wan.lost,
            of_no_port: self.switch.of_no_port,
        }
    }

    fn finish(&mut self) -> Result<(), String> {
        [&mut self.lan.wire, &mut self.wan.wire, &mut self.trunk]
            .into_iter()
            .try_for_each(Wire::finish)
    }
}

/// An interface of this machine at the end of a wire.
struct Joint {
    interface: Interface,
    wire: Wire,
    buffer: FrameBuffer,
    from_interface: u64,
    to_interface: u64,
    lost: u64,
}

impl Joint {
    fn new(interface: Interface, wire: Wire) -> Self {
        Self {
            interface,
            wire,
            buffer: FrameBuffer::new(),
            from_interface: 0,
            to_interface: 0,
            lost: 0,
        }
    }

    fn pass(&mut self, now: Duration) -> Result<bool, String> {
        let words = |error: InterfaceError| error.to_string();
        let mut end = self.wire.outer(now);
        let mut moved = false;
        for _ in 0..FRAMES_A_TURN {
            let received = self.interface.receive(&mut self.buffer).map_err(words)?;
            let Some(received) = received else {
                break;
            };
            moved = true;
            let put_on = received.and_then(|mut received| {
                received.wire_frames(|frame| put(&mut end, frame, &mut self.from_interface))
            });
            if put_on.is_err() {
                self.lost += 1;
            }
        }
        while let Some(frame) = end.receive() {
            moved = true;
            match self.interface.send(Offload::NOTHING, &[], &frame) {
                Ok(Sent::OnItsWay) => self.to_interface += 1,
                Ok(Sent::QueueFull | Sent::TooLong | Sent::Refused | Sent::Unplugged) => {
                    self.lost += 1;
                }
                Err(error) => return Err(error.to_string()),
            }
        }
        Ok(moved)
    }
}

fn put(end: &mut End<'_>, frame: &[u8], count: &mut u64) {
    if end.send(frame.to_vec()) {
        *count += 1;
    }
}
