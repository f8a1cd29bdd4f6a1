//! Carries frames between the wires and the router.

use core::convert::Infallible;
use core::future::poll_fn;
use core::pin::pin;
use core::task::{Context, Poll};

use embassy_net_driver::{Driver, RxToken};
use embassy_net_driver_channel as channel;
use embassy_time::Timer;

use super::backlog::write_pieces;
use super::wire::{Sender, Way, Wire};
use crate::router::uplink::{Fixed, Uplink};
use crate::router::{Router, Wires, time::Instant};

/// The number of the wire behind which the box's own stack is; the drivers are 0 and 1.
pub const INNER_WIRE: usize = 2;
/// The largest packet for the box's own stack, in bytes.
pub const INNER_MTU_BYTES: u16 = 1500;
/// The same, as the channel's buffers want it.
pub const INNER_BUFFER_BYTES: usize = INNER_MTU_BYTES as usize;
/// Frames taken from each wire before other tasks get their turn.
const BURST: usize = 16;
/// The longest time without a look at everything, in milliseconds: what a watchdog may count on.
const LONGEST_SLEEP_MS: u64 = 1_000;

/// The router with its wires: two drivers, and the channel to the box's own stack.
///
/// A forwarded packet is edited where the driver received it, and copied once, into the other driver's
/// buffer. Only the second and later frames that one received frame brings about on the same wire are
/// copied twice: they wait in a short queue for room in the driver.
pub struct Carrier<A, B, const SESSIONS: usize, U: Uplink + 'static = Fixed> {
    router: &'static mut Router<SESSIONS, U>,
    first: Wire<A>,
    second: Wire<B>,
    to_stack: channel::RxRunner<'static, INNER_BUFFER_BYTES>,
    from_stack: channel::TxRunner<'static, INNER_BUFFER_BYTES>,
}

impl<A: Driver, B: Driver, const SESSIONS: usize, U: Uplink> Carrier<A, B, SESSIONS, U> {
    /// Joins `router` to `first` as wire 0, `second` as wire 1 (or [`Wire::unplugged`]), and the stack at the other end
    /// of `inner` as [`INNER_WIRE`].
    pub fn new(
        router: &'static mut Router<SESSIONS, U>,
        first: Wire<A>,
        second: Wire<B>,
        inner: channel::Runner<'static, INNER_BUFFER_BYTES>,
    ) -> Self {
        let (state, to_stack, from_stack) = inner.split();
        state.set_link_state(embassy_net_driver::LinkState::Up);
        Self {
            router,
            first,
            second,
            to_stack,
            from_stack,
        }
    }

    /// Runs until power-off. `alive` is called with the router's uplink whenever everything was looked at, at
    /// least once a second: for a watchdog and a log.
    pub async fn run(&mut self, mut alive: impl FnMut(&U)) -> ! {
        let never: Infallible = poll_fn(|context| {
            let now = Instant(embassy_time::Instant::now().as_millis());
            let (deadline, more) = self.turn(now, context);
            alive(self.router.uplink());
            let deadline = embassy_time::Instant::from_millis(deadline.0);
            if more || pin!(Timer::at(deadline)).poll(context).is_ready() {
                // Let the others run, then come back.
                context.waker().wake_by_ref();
            }
            Poll::Pending
        })
        .await;
        match never {}
    }

    /// Takes at most [`BURST`] frames from every wire, and lets the router do what is due. Returns when
    /// to come back at the latest, and whether more frames may wait.
    fn turn(&mut self, now: Instant, context: &mut Context<'_>) -> (Instant, bool) {
        let mut carried = 0;
        while carried < BURST && self.step(now, context) {
            carried += 1;
        }
        let mut ways = Ways {
            first: self.first.way(),
            second: self.second.way(),
            to_stack: &mut self.to_stack,
            context,
        };
        let due = self.router.poll(now, &mut ways);
        let latest = now.after_ms(LONGEST_SLEEP_MS);
        let deadline = due.map_or(latest, |due| due.min(latest));
        (deadline, carried == BURST)
    }

    /// Carries at most one frame from each wire; returns whether there was one.
    fn step(&mut self, now: Instant, context: &mut Context<'_>) -> bool {
        self.first.flush(context);
        self.second.flush(context);
        let mut carried = false;
        if let Some((received, token)) = self.first.driver.receive(context) {
            carried = true;
            let mut ways = Ways {
                first: Way::<A> {
                    sender: Sender::Token(Some(token)),
                    backlog: &mut self.first.backlog,
                },
                second: self.second.way(),
                to_stack: &mut self.to_stack,
                context,
            };
            received.consume(|frame| self.router.receive(0, frame, now, &mut ways));
        }
        if let Some((received, token)) = self.second.driver.receive(context) {
            carried = true;
            let mut ways = Ways {
                first: self.first.way(),
                second: Way::<B> {
                    sender: Sender::Token(Some(token)),
                    backlog: &mut self.second.backlog,
                },
                to_stack: &mut self.to_stack,
                context,
            };
            received.consume(|frame| self.router.receive(1, frame, now, &mut ways));
        }
        if let Poll::Ready(packet) = self.from_stack.poll_tx_buf(context) {
            carried = true;
            let mut ways = Ways {
                first: self.first.way(),
                second: self.second.way(),
                to_stack: &mut self.to_stack,
                context,
            };
            self.router.receive(INNER_WIRE, packet, now, &mut ways);
            self.from_stack.tx_done();
        }
        carried
    }
}

/// All ways out, while the router works.
struct Ways<'a, 'c, A: Driver + 'a, B: Driver + 'a> {
    first: Way<'a, A>,
    second: Way<'a, B>,
    to_stack: &'a mut channel::RxRunner<'static, INNER_BUFFER_BYTES>,
    context: &'a mut Context<'c>,
}

impl<A: Driver, B: Driver> Wires for Ways<'_, '_, A, B> {
    fn send(&mut self, wire: usize, header: &[u8], packet: &[u8]) -> bool {
        match wire {
            0 => self.first.send(self.context, header, packet),
            1 => self.second.send(self.context, header, packet),
            INNER_WIRE => send_to_stack(self.to_stack, header, packet),
            _ => false,
        }
    }
}

fn send_to_stack(
    to_stack: &mut channel::RxRunner<'static, INNER_BUFFER_BYTES>,
    header: &[u8],
    packet: &[u8],
) -> bool {
    let len = header.len() + packet.len();
    let Some(buffer) = to_stack
        .try_rx_buf()
        .and_then(|buffer| buffer.get_mut(..len))
    else {
        return false;
    };
    write_pieces(buffer, header, packet);
    to_stack.rx_done(len);
    true
}
