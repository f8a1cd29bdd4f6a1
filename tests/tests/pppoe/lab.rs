//! Lines, and the one guest that serves them all.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use host_sim::access_concentrator::{Deafness, FrameKind};
use host_sim::guest::Guest;
use host_sim::lab::pppoe::{Line, LineRouter, LineSetup, Served, Service, Session};

/// How long a session may take to come up. Guests share the machine with other tests.
pub(crate) const DIALING: Duration = Duration::from_secs(60);

/// Which access concentrator a line has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    /// Linux, with rp-pppoe's server.
    Linux,
    /// The one in this process.
    InProcess,
}

/// The real access concentrator while nobody uses it; whoever does holds the lock.
static GUEST: Mutex<Option<Guest>> = Mutex::new(None);

/// A line, and the turn to use the real access concentrator if it is served by that.
pub(crate) struct Laid {
    line: Option<Line>,
    turn: Option<MutexGuard<'static, Option<Guest>>>,
}

impl Laid {
    pub(crate) fn new(provider: Provider, router: LineRouter, service: Service) -> Self {
        Self::with_losses(provider, router, service, &[])
    }

    /// The same, but the first so many frames of these kinds never arrive.
    pub(crate) fn with_losses(
        provider: Provider,
        router: LineRouter,
        service: Service,
        losses: &[(FrameKind, u32)],
    ) -> Self {
        // A test that failed has left the guest as it was, or taken it along.
        let mut turn = (provider == Provider::Linux)
            .then(|| GUEST.lock().unwrap_or_else(PoisonError::into_inner));
        let served = match &mut turn {
            Some(turn) => Served::ByLinux(turn.take()),
            None => Served::InProcess,
        };
        let deaf_to = losses
            .iter()
            .map(|&(kind, frames)| Deafness { kind, frames })
            .collect();
        let line = Line::lay(LineSetup {
            router,
            served,
            service,
            deaf_to,
            capture: None,
            seed: 1,
        });
        Self {
            line: Some(line.unwrap_or_else(|error| panic!("{error}"))),
            turn,
        }
    }

    pub(crate) fn line(&mut self) -> &mut Line {
        self.line.as_mut().expect("it is there until it is dropped")
    }

    pub(crate) fn session(&mut self) -> Session {
        self.line()
            .await_session(DIALING)
            .unwrap_or_else(|error| panic!("{error}"))
    }
}

impl Drop for Laid {
    fn drop(&mut self) {
        // After a failure, the next one boots a guest of its own.
        if !std::thread::panicking()
            && let (Some(line), Some(turn)) = (self.line.take(), &mut self.turn)
        {
            **turn = line.take_down().unwrap_or_else(|error| panic!("{error}"));
        }
    }
}
