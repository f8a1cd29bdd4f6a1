//! `host-sim lab black-hole`: why the clamp is there, seen with one's own eyes.
//!
//! The server sends full-size packets, as long as the MSS that it saw allows. Behind it, the
//! provider's link carries 8 bytes less than Ethernet does, and nobody hears about what does not
//! fit. So the connection stands, small packets pass, and the download hangs for ever: a PMTU
//! black hole (RFC 2923, section 2.1). With the clamp, the server never sends a packet too long.

mod attempt;

use std::fs::create_dir_all;
use std::io::Write;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::arguments::BlackHoleArguments;
use super::clock::Clock;
use super::hop::Hop;
use super::network::{Network, Setup};
use super::plan;
use super::start;
use super::switch::Switch;
use super::transfer::{End, file};
use crate::Exit;
use attempt::Attempt;

/// The client's port, one for each attempt.
const FROM_PORTS: [u16; 2] = [50_001, 50_002];

/// The report for machines.
#[derive(Serialize)]
struct Report {
    router: String,
    without_clamp: Attempt,
    with_clamp: Option<Attempt>,
    as_it_should_be: bool,
}

/// Runs the demonstration: fine if it hangs without the clamp and finishes with it.
pub(super) fn run(arguments: &BlackHoleArguments, out: &mut dyn Write) -> Result<Exit, String> {
    start::check(&arguments.router)?;
    if let Some(directory) = &arguments.capture {
        create_dir_all(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    }
    let router = start::name(&arguments.router);
    let mut say = |text: String| {
        if arguments.json {
            return Ok(());
        }
        out.write_all(text.as_bytes())
            .and_then(|()| out.flush())
            .map_err(|error| error.to_string())
    };
    say(format!(
        "Router: {router}\n\
         A client downloads {} bytes from a server. On the way is a link that carries {} bytes a packet,\n\
         and whose owner drops the ICMP messages that would say so.\n\n\
         1. Without the clamp\n",
        arguments.bytes,
        plan::WAN_MTU_BYTES
    ))?;
    let without_clamp = attempt(arguments, false)?;
    say(without_clamp.to_string())?;
    let with_clamp = if arguments.no_clamp {
        None
    } else {
        say("\n2. With the clamp\n".to_owned())?;
        let with_clamp = attempt(arguments, true)?;
        say(with_clamp.to_string())?;
        Some(with_clamp)
    };
    let as_it_should_be =
        hung_as_it_should(&without_clamp) && with_clamp.as_ref().is_none_or(finished_as_it_should);
    let verdict = if as_it_should_be { "As" } else { "NOT as" };
    say(format!("\n{verdict} it should be.\n"))?;
    if arguments.json {
        let report = Report {
            router,
            without_clamp,
            with_clamp,
            as_it_should_be,
        };
        let line = serde_json::to_string(&report).map_err(|error| error.to_string())?;
        writeln!(out, "{line}").map_err(|error| error.to_string())?;
    }
    Ok(if as_it_should_be {
        Exit::Fine
    } else {
        Exit::FoundFault
    })
}

/// The MSS went through as it was, and the first full-size packet never did.
fn hung_as_it_should(attempt: &Attempt) -> bool {
    attempt.transfer.end == End::Hung
        && attempt.transfer.mss_offered == attempt.transfer.mss_arrived
        && attempt.black_hole.most_tried_times > 1
}

/// The MSS arrived as the link allows it, and nothing was too long.
fn finished_as_it_should(attempt: &Attempt) -> bool {
    attempt.transfer.end == End::Finished
        && attempt.transfer.mss_arrived == Some(plan::WAN_MTU_BYTES - 40)
        && attempt.transfer.mss_offered > attempt.transfer.mss_arrived
        && attempt.black_hole.swallowed_packets == 0
}

fn attempt(arguments: &BlackHoleArguments, clamp: bool) -> Result<Attempt, String> {
    let choice = &arguments.router;
    let (router, rate_bits_per_second) = start::router(choice, clamp)?;
    // Where nothing real takes part, time need not pass.
    let clock = if choice.native {
        Clock::Virtual(Duration::ZERO)
    } else {
        Clock::Real(Instant::now())
    };
    let prefix = if clamp { "with-clamp" } else { "without-clamp" };
    let mut network = Network::new(Setup {
        router,
        provider: Hop::new(plan::WAN_MTU_BYTES),
        switch: Switch::default(),
        clock,
        rate_bits_per_second,
        capture: arguments
            .capture
            .as_deref()
            .map(|directory| (directory, prefix)),
        seed: choice.seed,
    })?;
    let file = file(arguments.bytes);
    let attempt = Attempt::make(&mut network, &file, FROM_PORTS[usize::from(clamp)])?;
    network.finish()?;
    Ok(attempt)
}

#[cfg(test)]
mod tests {
    use super::attempt::BlackHole;
    use super::*;
    use crate::lab::transfer::Transfer;

    /// As it should be with the clamp, and without it.
    fn good(clamp: bool) -> Attempt {
        Attempt {
            transfer: Transfer {
                end: if clamp { End::Finished } else { End::Hung },
                mss_offered: Some(1460),
                mss_arrived: Some(if clamp { 1452 } else { 1460 }),
                mss_returned: Some(1460),
                mss_returned_arrived: Some(1460),
                file_bytes: 0,
                took_ms: 0,
                silent_ms: 0,
                sha1: None,
                longest_packet_len: 1492,
                lost_frames: 0,
            },
            black_hole: BlackHole {
                swallowed_packets: if clamp { 0 } else { 3 },
                most_tried_len: 1500,
                most_tried_times: if clamp { 0 } else { 2 },
            },
        }
    }

    #[test]
    fn without_the_clamp_the_mss_passes_and_the_same_packet_never_does() {
        assert!(hung_as_it_should(&good(false)));
        let changes: [fn(&mut Attempt); 4] = [
            |attempt| attempt.transfer.end = End::Finished,
            |attempt| attempt.transfer.mss_arrived = Some(1452),
            |attempt| attempt.transfer.mss_arrived = None,
            |attempt| attempt.black_hole.most_tried_times = 1,
        ];
        for (number, change) in changes.iter().enumerate() {
            let mut attempt = good(false);
            change(&mut attempt);
            assert!(!hung_as_it_should(&attempt), "{number}");
        }
    }

    #[test]
    fn with_the_clamp_the_mss_is_lowered_to_the_link_and_nothing_is_too_long() {
        assert!(finished_as_it_should(&good(true)));
        let changes: [fn(&mut Attempt); 4] = [
            |attempt| attempt.transfer.end = End::Hung,
            |attempt| attempt.transfer.mss_arrived = Some(1453),
            |attempt| attempt.transfer.mss_offered = Some(1452),
            |attempt| attempt.black_hole.swallowed_packets = 1,
        ];
        for (number, change) in changes.iter().enumerate() {
            let mut attempt = good(true);
            change(&mut attempt);
            assert!(!finished_as_it_should(&attempt), "{number}");
        }
    }
}
