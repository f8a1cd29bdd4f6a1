//! The command: a session, and downloads over it, without the clamp and with it.

use std::fs::create_dir_all;
use std::io::Write;
use std::time::Duration;

use serde::Serialize;

use super::line::{Line, LineSetup, Served};
use super::onlooker::Session;
use super::report;
use super::router::{Customer, LineRouter};
use super::service::Service;
use crate::Exit;
use crate::guest::Guest;
use crate::lab::arguments::PppoeArguments;
use crate::lab::start;
use crate::lab::transfer::{End, Transfer};

/// How long a session may take to come up: an image boots, and the first requests get lost.
const DIALING: Duration = Duration::from_secs(60);
/// What a client in the LAN offers.
const LAN_MTU_BYTES: u16 = 1500;
const IPV4_AND_TCP_BYTES: u16 = 40;

/// One half of the demonstration.
#[derive(Debug, Serialize)]
pub(super) struct Half {
    pub(super) session: Session,
    pub(super) mtu_bytes: Option<u16>,
    pub(super) download: Transfer,
}

/// The report for machines.
#[derive(Serialize)]
struct Report {
    router: String,
    access_concentrator: &'static str,
    without_clamp: Half,
    with_clamp: Option<Half>,
    as_it_should_be: bool,
}

/// Runs the demonstration: fine if it hangs without the clamp, where it should, and finishes with it.
pub(in crate::lab) fn run(arguments: &PppoeArguments, out: &mut dyn Write) -> Result<Exit, String> {
    if !arguments.linux_router {
        start::check(&arguments.router)?;
    }
    if let Some(directory) = &arguments.capture {
        create_dir_all(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    }
    let missing = Guest::check().err().filter(|_| !arguments.in_process);
    let is_real = !arguments.in_process && missing.is_none();
    let router = if arguments.linux_router {
        "Linux: pppd, masquerade and TCPMSS".to_owned()
    } else {
        start::name(&arguments.router)
    };
    let mut say = |text: String| {
        if arguments.json {
            return Ok(());
        }
        out.write_all(text.as_bytes())
            .and_then(|()| out.flush())
            .map_err(|error| error.to_string())
    };
    if let Some(missing) = &missing {
        say(format!(
            "NO REAL ACCESS CONCENTRATOR: {missing}\n\
             So one in this process takes its place.\n\n"
        ))?;
    }
    say(report::opening(&router, is_real, arguments))?;
    let (without_clamp, guest) = half(arguments, is_real, None, false)?;
    say(report::session(&without_clamp.session))?;
    say(format!(
        "\n2. Without the clamp\n{}",
        without_clamp.download
    ))?;
    let with_clamp = if arguments.no_clamp {
        None
    } else {
        let (with_clamp, _) = half(arguments, is_real, guest, true)?;
        say(format!("\n3. With the clamp\n{}", with_clamp.download))?;
        Some(with_clamp)
    };
    let as_it_should_be = without_clamp.is_as_it_should_be(arguments.mtu, false)
        && with_clamp
            .as_ref()
            .is_none_or(|half| half.is_as_it_should_be(arguments.mtu, true));
    let verdict = if as_it_should_be { "As" } else { "NOT as" };
    say(format!("\n{verdict} it should be.\n"))?;
    if arguments.json {
        let report = Report {
            router,
            access_concentrator: if is_real { "linux" } else { "in-process" },
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

impl Half {
    /// The MTU is the one asked for. With the clamp, or where nothing is too long, the file arrives and
    /// the MSS is right; without, the MSS goes through as it was, and the first long packet never does.
    fn is_as_it_should_be(&self, mtu_bytes: u16, clamp: bool) -> bool {
        let download = &self.download;
        let right_mss = if clamp { mtu_bytes } else { LAN_MTU_BYTES } - IPV4_AND_TCP_BYTES;
        let right_end = if clamp || mtu_bytes >= LAN_MTU_BYTES {
            End::Finished
        } else {
            End::Hung
        };
        self.mtu_bytes == Some(mtu_bytes)
            && download.end == right_end
            && download.mss_arrived == Some(right_mss)
            && download.mss_offered >= download.mss_arrived
    }
}

fn half(
    arguments: &PppoeArguments,
    is_real: bool,
    guest: Option<Guest>,
    clamp: bool,
) -> Result<(Half, Option<Guest>), String> {
    let customer = Customer {
        mru_bytes: arguments.mtu,
        clamp,
        ..Customer::default()
    };
    let prefix = if clamp { "with-clamp" } else { "without-clamp" };
    let mut line = Line::lay(LineSetup {
        router: if arguments.linux_router {
            LineRouter::Linux(customer)
        } else {
            LineRouter::Chosen(customer, (&arguments.router).into())
        },
        served: if is_real {
            Served::ByLinux(guest)
        } else {
            Served::InProcess
        },
        service: Service {
            mru_bytes: arguments.mtu,
            vlan: arguments.vlan,
            ..Service::default()
        },
        deaf_to: Vec::new(),
        capture: arguments
            .capture
            .as_deref()
            .map(|directory| (directory, prefix)),
        seed: arguments.router.seed,
    })?;
    line.await_session(DIALING)?;
    let download = line.download(arguments.bytes)?;
    // The session as it is now: it has seen a first packet.
    let session = line.sessions().last().cloned().unwrap_or_default();
    let half = Half {
        mtu_bytes: session.mtu_bytes(),
        session,
        download,
    };
    Ok((half, line.take_down()?))
}
