//! The whole lab around one router, and the loop that moves frames through it.

use std::path::Path;
use std::time::Duration;

use super::clock::Clock;
use super::host::Host;
use super::line::Line;
use super::plan;
use super::provider::Provider;
use super::router_box::RouterBox;
use super::switch::Switch;
use super::wire::Wire;
use crate::interface::{Ready, Stop};
use crate::pcap_file::Capture;

/// What cables carry that are not the bottleneck.
pub(super) const FAST_BITS_PER_SECOND: u64 = 1_000_000_000;
/// Short, as in real switches: longer queues only make TCP wait longer before it slows down.
pub(super) const QUEUE_FRAMES: usize = 128;
/// How often to look whether an emulated router still runs.
const CHECK_EVERY: Duration = Duration::from_millis(200);

/// Client, switch, router, provider and server, and the four wires between them.
pub(crate) struct Network<P> {
    pub(crate) client: Host,
    pub(crate) server: Host,
    pub(crate) provider: P,
    switch: Switch,
    router: RouterBox,
    lan: Wire,
    trunk: Wire,
    wan: Wire,
    beyond: Wire,
    clock: Clock,
    stop: Stop,
}

/// What the network is built with.
pub(crate) struct Setup<'a, P> {
    pub(crate) router: RouterBox,
    pub(crate) provider: P,
    pub(crate) switch: Switch,
    pub(crate) clock: Clock,
    /// How fast frames go to the router, in bits a second.
    pub(crate) rate_bits_per_second: u64,
    /// Where each wire's capture goes, if wanted, and what their names begin with.
    pub(crate) capture: Option<(&'a Path, &'a str)>,
    pub(crate) seed: u64,
}

impl<P: Provider> Network<P> {
    pub(crate) fn new(setup: Setup<'_, P>) -> Result<Self, String> {
        let capture = |name: &str| {
            setup
                .capture
                .map(|(directory, prefix)| Capture::create(directory, &format!("{prefix}-{name}")))
                .transpose()
        };
        let fast = || Line::new(FAST_BITS_PER_SECOND, QUEUE_FRAMES);
        let to_router = Line::new(setup.rate_bits_per_second, QUEUE_FRAMES);
        Ok(Self {
            client: Host::new(plan::CLIENT_MAC, plan::CLIENT, plan::LAN_IPV4, setup.seed),
            server: Host::new(
                plan::SERVER_MAC,
                plan::SERVER,
                plan::HOP_FAR,
                setup.seed.wrapping_add(1),
            ),
            provider: setup.provider,
            switch: setup.switch,
            router: setup.router,
            lan: Wire::new(fast(), fast(), capture("lan")?),
            trunk: Wire::new(fast(), to_router, capture("trunk")?),
            wan: Wire::new(fast(), fast(), capture("wan")?),
            beyond: Wire::new(fast(), fast(), capture("beyond")?),
            clock: setup.clock,
            stop: Stop::new().map_err(|error| error.to_string())?,
        })
    }

    /// Runs until `done` says so, but not past `until`; says whether it is done. `work` is what the
    /// programs on the hosts do whenever something moved.
    pub(crate) fn run(
        &mut self,
        until: Duration,
        mut work: impl FnMut(&mut Host, &mut Host, Duration),
        mut done: impl FnMut(&Self) -> bool,
    ) -> Result<bool, String> {
        let mut check_at = self.now();
        loop {
            let mut now = self.now();
            loop {
                work(&mut self.client, &mut self.server, now);
                if !self.pass(now)? {
                    break;
                }
                if done(self) {
                    return Ok(true);
                }
                now = self.now();
            }
            if now >= until {
                return Ok(false);
            }
            if now >= check_at {
                self.router.check()?;
                check_at = now + CHECK_EVERY;
            }
            let at = self.next_at(now).map_or(until, |at| at.min(until));
            let sources: Vec<_> = self
                .router
                .sources()
                .into_iter()
                .chain(self.provider.sources())
                .collect();
            let at = if sources.is_empty() {
                at
            } else {
                at.min(check_at)
            };
            match self.clock.wait(at, sources, &self.stop)? {
                Ready::Work => {}
                Ready::Stopped => return Err("interrupted".to_owned()),
            }
        }
    }

    /// Time since the network was built.
    pub(crate) fn now(&self) -> Duration {
        self.clock.now()
    }

    /// Puts a frame on the wire as if the client had sent it.
    pub(crate) fn inject(&mut self, frame: Vec<u8>) {
        let now = self.now();
        self.lan.outer(now).send(frame);
    }

    /// What SYNs were seen so far is forgotten.
    pub(crate) fn forget_syns(&mut self) {
        self.lan.forget_syns();
        self.beyond.forget_syns();
    }

    /// The wire between client and switch.
    pub(crate) fn lan(&self) -> &Wire {
        &self.lan
    }

    /// The wire between provider and server.
    pub(crate) fn beyond(&self) -> &Wire {
        &self.beyond
    }

    /// How many frames found a queue full, anywhere.
    pub(crate) fn lost_frames(&self) -> u64 {
        let wires = self.wires().iter().map(|wire| wire.lost()).sum::<u64>();
        wires + self.router.lost() + self.provider.lost()
    }

    /// Ends the captures, and hands back the provider.
    pub(crate) fn finish(mut self) -> Result<P, String> {
        [
            &mut self.lan,
            &mut self.trunk,
            &mut self.wan,
            &mut self.beyond,
        ]
        .into_iter()
        .try_for_each(Wire::finish)?;
        Ok(self.provider)
    }

    /// Lets every box work once; says whether any had something to do.
    fn pass(&mut self, now: Duration) -> Result<bool, String> {
        let client = self.client.poll(now, self.lan.outer(now));
        let server = self.server.poll(now, self.beyond.outer(now));
        let switch = self.switch.pass(
            &mut self.trunk.outer(now),
            &mut self.lan.inner(now),
            &mut self.wan.inner(now),
        );
        let provider =
            self.provider
                .pass(now, &mut self.wan.outer(now), &mut self.beyond.inner(now))?;
        let router = self.router.exchange(now, &mut self.trunk.inner(now))?;
        Ok(client || server || switch || provider || router)
    }

    fn next_at(&mut self, now: Duration) -> Option<Duration> {
        let wires = self.wires().map(Wire::next_at);
        [
            self.client.next_at(now),
            self.server.next_at(now),
            self.provider.next_at(),
            self.router.next_at(),
        ]
        .into_iter()
        .chain(wires)
        .flatten()
        .min()
    }

    fn wires(&self) -> [&Wire; 4] {
        [&self.lan, &self.trunk, &self.wan, &self.beyond]
    }
}
