//! `host-sim router`: the firmware's router in this process, its ports interfaces of this machine.

mod arguments;
mod line;
mod report;
mod settings;
mod uplink;
mod wires;

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::thread::Builder;
use std::time::{Duration, Instant};

use firmware::router::Router;
use firmware::router::config::Config;
use firmware::router::time::Instant as RouterInstant;
use firmware::router::uplink::Chosen;

use crate::Exit;
use crate::interface::{FrameBuffer, Interface, InterfaceError, Ready, Stop};
pub(crate) use arguments::RouterArguments;
use line::Line;
use report::Report;
use settings::{Plugged, config};
use uplink::uplink;
use wires::{Interfaces, PortTally};

/// Four times what a small board has: memory is no concern here.
const SESSIONS: usize = 4096;
/// Several times the size of the router.
const STACK_BYTES: usize = 64 << 20;
/// How many frames are taken from one interface before the other gets its turn.
const FRAMES_A_TURN: usize = 64;

/// Routes until SIGINT or SIGTERM, then reports what was counted.
pub(crate) fn run(
    arguments: &RouterArguments,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, String> {
    let words = |error: InterfaceError| error.to_string();
    // Signals first: one that comes while the interfaces open ends the router like any other.
    let stop = Stop::new().map_err(words)?;
    let mut interfaces = vec![Interface::open(&arguments.lan).map_err(words)?];
    if arguments.wan != arguments.lan {
        interfaces.push(Interface::open(&arguments.wan).map_err(words)?);
    }
    let plugged = |wire: usize| Plugged {
        wire,
        mac: own_mac(interfaces[wire].mac(), wire),
    };
    let wan = plugged(interfaces.len() - 1);
    let config = config(arguments, plugged(0), wan)?;
    let seed = seed(arguments.seed)?;
    let uplink = uplink(arguments, wan.mac, seed)?;
    let mut running = Running {
        router: boxed(config, uplink, seed)?,
        line: None,
        tallies: vec![PortTally::default(); interfaces.len()],
        interfaces,
        buffer: FrameBuffer::new(),
        start: Instant::now(),
    };
    // Nobody is left to tell when this can't be written.
    let _ = writeln!(
        err,
        "host-sim: routing between {} and {}; Ctrl-C ends it",
        arguments.lan, arguments.wan
    );
    let ended = running.until_stopped(&stop, err);

    let counters = running.router.counters();
    let names = running.interfaces.iter().map(Interface::name);
    let line = Line::of(running.router.uplink());
    let report = Report::new(&counters, line, names.zip(running.tallies.iter().copied()));
    let written = if arguments.json {
        serde_json::to_string(&report)
            .map_err(Into::into)
            .and_then(|line| writeln!(out, "{line}"))
    } else {
        write!(out, "{report}")
    };
    ended.map_err(words)?;
    written
        .map(|()| Exit::Fine)
        .map_err(|error| error.to_string())
}

struct Running {
    router: Box<Router<SESSIONS, Chosen>>,
    /// What was last said of the line.
    line: Option<Line>,
    interfaces: Vec<Interface>,
    tallies: Vec<PortTally>,
    buffer: FrameBuffer,
    start: Instant,
}

impl Running {
    fn until_stopped(&mut self, stop: &Stop, err: &mut dyn Write) -> Result<(), InterfaceError> {
        loop {
            for wire in 0..self.interfaces.len() {
                self.take_in(wire, err)?;
            }
            let timeout = self.poll()?;
            self.tell_of_the_line(err);
            let sources = self.interfaces.iter().map(AsFd::as_fd);
            if stop.wait(sources, timeout)? == Ready::Stopped {
                return Ok(());
            }
        }
    }

    /// Takes in the frames that wait at an interface.
    fn take_in(&mut self, wire: usize, err: &mut dyn Write) -> Result<(), InterfaceError> {
        let now = self.now();
        for _ in 0..FRAMES_A_TURN {
            let mut wires = Interfaces {
                interfaces: &self.interfaces,
                tallies: &mut self.tallies,
                failure: None,
            };
            let from = &self.interfaces[wire];
            let Some(received) = from.receive(&mut self.buffer)? else {
                break;
            };
            let router = &mut self.router;
            let done = received.and_then(|mut received| {
                received.wire_frames(|frame| router.receive(wire, frame, now, &mut wires))
            });
            if let Some(failure) = wires.failure {
                return Err(failure);
            }
            if let Err(unsupported) = done {
                let tally = &mut self.tallies[wire];
                tally.offload_not_done += 1;
                if tally.offload_not_done == 1 {
                    let name = from.name();
                    // Nobody is left to tell when this can't be written.
                    let _ = writeln!(
                        err,
                        "host-sim: lost a frame from {name}: {unsupported}. This helps: {}",
                        unsupported.remedy(name)
                    );
                }
            }
        }
        Ok(())
    }

    /// Lets the router do what is due; returns how long until it wants to be asked again.
    fn poll(&mut self) -> Result<Option<Duration>, InterfaceError> {
        let now = self.now();
        let mut wires = Interfaces {
            interfaces: &self.interfaces,
            tallies: &mut self.tallies,
            failure: None,
        };
        let next = self.router.poll(now, &mut wires);
        match wires.failure {
            Some(failure) => Err(failure),
            None => Ok(next.map(|next| Duration::from_millis(next.ms_since(now)))),
        }
    }

    /// Says what became of the line, when it has come up, gone down, or changed.
    fn tell_of_the_line(&mut self, err: &mut dyn Write) {
        let line = Line::of(self.router.uplink());
        let is_news = line
            .as_ref()
            .is_some_and(|line| line.is_news_to(self.line.as_ref()));
        if let (true, Some(line)) = (is_news, &line) {
            // Nobody is left to tell when this can't be written.
            let _ = writeln!(err, "host-sim: {line}");
        }
        self.line = line;
    }

    fn now(&self) -> RouterInstant {
        RouterInstant(u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX))
    }
}

/// The router on the heap. Its tables are made on the stack first, and an ordinary thread's may be too
/// small for them.
fn boxed(
    config: Config,
    uplink: Chosen,
    seed: [u8; 16],
) -> Result<Box<Router<SESSIONS, Chosen>>, String> {
    Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(move || Box::new(Router::with_uplink(config, uplink, seed)))
        .map_err(|error| format!("making room for the router: {error}"))?
        .join()
        .map_err(|_| "making the router failed".to_owned())
}

/// A locally administered address that is not the interface's own: what is sent to it is for the
/// router, and this machine's own stack lets it be.
fn own_mac(interface: [u8; 6], wire: usize) -> [u8; 6] {
    let [first, a, b, c, d, e] = interface;
    let marked = (first & 0xfc | 0x02) ^ if wire == 0 { 0x40 } else { 0x80 };
    [marked, a, b, c, d, e]
}

/// 128 bits for the router to draw from.
fn seed(asked: Option<u64>) -> Result<[u8; 16], String> {
    if let Some(seed) = asked {
        return Ok(u128::from(seed).to_be_bytes());
    }
    let mut seed = [0; 16];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut seed))
        .map_err(|error| format!("/dev/urandom: {error}"))?;
    Ok(seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_routers_addresses_are_local_unicast_and_not_the_interfaces() {
        for interface in [
            [0x00, 1, 2, 3, 4, 5],
            [0x02, 1, 2, 3, 4, 5],
            [0xfe, 1, 2, 3, 4, 5],
        ] {
            let macs = [own_mac(interface, 0), own_mac(interface, 1)];
            assert_ne!(macs[0], macs[1]);
            for mac in macs {
                assert_ne!(mac, interface);
                assert_eq!(mac[0] & 0x03, 0x02);
            }
        }
    }
}
