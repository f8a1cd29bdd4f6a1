//! A whole PPPoE line: a client in the LAN, a router, an access concentrator, and a server beyond it.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::concentrator::Concentrator;
use super::onlooker::Session;
use super::probe;
use super::router::LineRouter;
use super::service::Service;
use crate::access_concentrator::{Deafness, Mac};
use crate::guest::{Guest, Role};
use crate::lab::clock::Clock;
use crate::lab::linux_router::LinuxRouter;
use crate::lab::network::{Network, Setup};
use crate::lab::router_box::RouterBox;
use crate::lab::start::NATIVE_BITS_PER_SECOND;
use crate::lab::switch::Switch;
use crate::lab::transfer::{Transfer, file};

/// The client's first port; each download takes the next one.
const FIRST_PORT: u16 = 50_001;

/// Which access concentrator serves the line.
#[derive(Debug)]
pub enum Served {
    /// A real one: Linux with rp-pppoe's server and pppd, which is booted, or was.
    ByLinux(Option<Guest>),
    /// The one in this process.
    InProcess,
}

/// How often the client sends a packet that the router can't forward yet.
const PROBING: Duration = Duration::from_millis(10);
/// How often a SYN is sent, and how long after the last one.
const MOST_SYNS: u32 = 5;
const SYN_AGAIN: Duration = Duration::from_secs(1);

/// How a line is laid.
#[derive(Debug)]
pub struct LineSetup<'a> {
    /// Who is at the customer's end.
    pub router: LineRouter,
    /// Who is at the provider's.
    pub served: Served,
    /// What the provider offers.
    pub service: Service,
    /// Frames that get lost on their way to the access concentrator.
    pub deaf_to: Vec<Deafness>,
    /// Where each wire's capture goes, if wanted, and what their names begin with.
    pub capture: Option<(&'a Path, &'a str)>,
    /// What everything in this process draws from.
    pub seed: u64,
}

/// A PPPoE line in use.
pub struct Line {
    network: Network<Concentrator>,
    /// The router's MAC address in the LAN.
    router: Mac,
    next_port: u16,
}

impl Line {
    /// Lays the line; guests boot, and the router begins to dial.
    ///
    /// # Errors
    /// What is missing, and how to get it; what a guest said that did not come up.
    pub fn lay(setup: LineSetup<'_>) -> Result<Self, String> {
        let boots_concentrator = matches!(setup.served, Served::ByLinux(None));
        let boots_router = matches!(setup.router, LineRouter::Linux { .. });
        // Side by side, for each takes a second or two.
        let (concentrator, linux_router) = thread::scope(|scope| {
            let boot = |wanted: bool, role| wanted.then(|| scope.spawn(move || Guest::boot(role)));
            let concentrator = boot(boots_concentrator, Role::AccessConcentrator);
            let router = boot(boots_router, Role::LinuxRouter);
            let join = |thread: Option<thread::ScopedJoinHandle<'_, Result<Guest, String>>>| {
                thread
                    .map(|thread| {
                        thread
                            .join()
                            .unwrap_or_else(|_| Err("a guest's thread".into()))
                    })
                    .transpose()
            };
            (join(concentrator), join(router))
        });
        let guest = match setup.served {
            Served::ByLinux(Some(guest)) => Some(guest),
            Served::ByLinux(None) => concentrator?,
            Served::InProcess => None,
        };
        let is_real = guest.is_some();
        let mut concentrator = Concentrator::start(guest, &setup.service, setup.seed)?;
        concentrator.deaf_to = setup.deaf_to;
        let switch = Switch::with_providers_vlan(setup.service.vlan);
        let vlan = setup.service.vlan;
        let lan_mac = setup.router.lan_mac();
        let (router, rate_bits_per_second) = match (setup.router, linux_router?) {
            (LineRouter::Linux(customer), Some(mut guest)) => {
                guest.shell(&customer.command(vlan))?;
                let router = LinuxRouter { guest, switch };
                (RouterBox::Linux(router), NATIVE_BITS_PER_SECOND)
            }
            (router, _) => router.start(switch, setup.seed)?,
        };
        // Where nothing real takes part, time need not pass.
        let clock = match &router {
            RouterBox::Native(_) if !is_real => Clock::Virtual(Duration::ZERO),
            _ => Clock::Real(Instant::now()),
        };
        let network = Network::new(Setup {
            router,
            provider: concentrator,
            switch,
            clock,
            rate_bits_per_second,
            capture: setup.capture,
            seed: setup.seed,
        })?;
        Ok(Self {
            network,
            router: lan_mac,
            next_port: FIRST_PORT,
        })
    }

    /// Lets `time` pass.
    ///
    /// # Errors
    /// When something that runs in a process of its own is gone.
    pub fn run(&mut self, time: Duration) -> Result<(), String> {
        self.until(time, |_| false).map(drop)
    }

    /// Runs until `done` likes the sessions, at most for `timeout`; says whether it did.
    ///
    /// # Errors
    /// When something that runs in a process of its own is gone.
    pub fn until(
        &mut self,
        timeout: Duration,
        mut done: impl FnMut(&[Session]) -> bool,
    ) -> Result<bool, String> {
        let until = self.network.now() + timeout;
        self.network.run(
            until,
            |_, _, _| {},
            |network| done(network.provider.onlooker.sessions()),
        )
    }

    /// Waits for a session in which IPv4 packets can pass.
    ///
    /// # Errors
    /// When there is none in time: what the access concentrator has to say about it.
    pub fn await_session(&mut self, timeout: Duration) -> Result<Session, String> {
        let is_up = |session: &Session| session.ipv4_at.is_some() && session.ended.is_none();
        let came = self.until(timeout, |sessions| sessions.last().is_some_and(is_up))?;
        match self.sessions().last() {
            Some(session) if came => Ok(session.clone()),
            last => {
                let last = last.map_or("none at all".to_owned(), |last| format!("{last:?}"));
                let padis = self.network.provider.onlooker.padis();
                let log = self.network.provider.log()?;
                let seconds = timeout.as_secs();
                Err(format!(
                    "no session within {seconds} s, but {last}, and {padis} PADIs since\n{log}"
                ))
            }
        }
    }

    /// Waits for a session as a client does that sends a packet every 10 ms, until one gets through;
    /// says which session that was.
    ///
    /// # Errors
    /// When there is none in time: what the access concentrator has to say about it.
    pub fn await_first_packet(&mut self, timeout: Duration) -> Result<Session, String> {
        let until = self.now() + timeout;
        while self.now() < until {
            self.network.inject(probe::datagram(self.router));
            let got_through = |session: &Session| session.first_packet_at.is_some();
            if self.until(PROBING, |sessions| sessions.last().is_some_and(got_through))? {
                break;
            }
        }
        self.await_session(Duration::from_secs(1))
    }

    /// The client sends a SYN with this MSS; returns the MSS with which it reaches the server, in
    /// bytes of TCP payload, or `None` when it does not.
    ///
    /// # Errors
    /// When something that runs in a process of its own is gone.
    pub fn mss_that_arrives(&mut self, mss: u16) -> Result<Option<u16>, String> {
        let port = self.next_port;
        self.next_port += 1;
        self.network.forget_syns();
        for _ in 0..MOST_SYNS {
            let syn = probe::syn(self.router, port, mss);
            self.network.inject(syn);
            let until = self.network.now() + SYN_AGAIN;
            let seen = |network: &Network<Concentrator>| network.beyond().seen_outward().mss;
            self.network
                .run(until, |_, _, _| {}, |network| seen(network).is_some())?;
            if let Some(mss) = seen(&self.network) {
                return Ok(Some(mss));
            }
        }
        Ok(None)
    }

    /// Every session that there was, the latest last.
    #[must_use]
    pub fn sessions(&self) -> &[Session] {
        self.network.provider.onlooker.sessions()
    }

    /// How often the router has asked who is there (PADI) since the last session began.
    #[must_use]
    pub fn padis(&self) -> u32 {
        self.network.provider.onlooker.padis()
    }

    /// Time since the line was laid.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.network.now()
    }

    /// The client downloads `bytes` from the server.
    ///
    /// # Errors
    /// When something that runs in a process of its own is gone.
    pub fn download(&mut self, bytes: u32) -> Result<Transfer, String> {
        let port = self.next_port;
        self.next_port += 1;
        Transfer::make(&mut self.network, &file(bytes), port)
    }

    /// The same, but when half of it is there, the server ends every session with a PADT. The download
    /// has `patience` to go on.
    ///
    /// # Errors
    /// When something that runs in a process of its own is gone.
    pub fn download_through_padt(
        &mut self,
        bytes: u32,
        patience: Duration,
    ) -> Result<Transfer, String> {
        let port = self.next_port;
        self.next_port += 1;
        Transfer::interrupted(
            &mut self.network,
            &file(bytes),
            port,
            patience,
            Concentrator::end_sessions,
        )
    }

    /// The server dies without a word to anybody.
    ///
    /// # Errors
    /// When the guest is gone.
    pub fn crash_server(&mut self) -> Result<(), String> {
        self.network.provider.crash()
    }

    /// It is started again.
    ///
    /// # Errors
    /// When the guest is gone.
    pub fn restart_server(&mut self) -> Result<(), String> {
        self.network.provider.restart()
    }

    /// The server ends every session with a PADT.
    ///
    /// # Errors
    /// When the guest is gone.
    pub fn end_sessions(&mut self) -> Result<(), String> {
        self.network.provider.end_sessions()
    }

    /// Ends the captures, and hands back the real access concentrator, if there is one, for the next
    /// line.
    ///
    /// # Errors
    /// When a capture can't be written, or the guest is gone.
    pub fn take_down(self) -> Result<Option<Guest>, String> {
        self.network.finish()?.into_guest()
    }
}
