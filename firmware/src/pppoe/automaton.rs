//! The table of states and events that LCP and the network control protocols share (RFC 1661,
//! section 4.1). What an event or a state means, sections 4.2 to 4.4 say.

/// Where an automaton is (section 4.2), in the RFC's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// 0: the layer below is down, and nobody wants to open.
    Initial,
    /// 1: the layer below is down.
    Starting,
    /// 2: nobody wants to open.
    Closed,
    /// 3: the peer ended it, or never answered.
    Stopped,
    /// 4: a Terminate-Request is out, because we close.
    Closing,
    /// 5: a Terminate-Request is out, or the peer's was answered.
    Stopping,
    /// 6: a Configure-Request is out.
    RequestSent,
    /// 7: ours was agreed to.
    AckReceived,
    /// 8: the peer's was agreed to, and ours is out.
    AckSent,
    /// 9: both were agreed to.
    Opened,
}

/// What happens (section 4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Up: the layer below is ready.
    Up,
    /// Down: it no longer is.
    Down,
    /// Open: by the owner's wish.
    Open,
    /// Close: by the owner's wish.
    Close,
    /// TO+: the restart timer ran off, and it may be tried again.
    Timeout,
    /// TO-: the restart timer ran off for the last time.
    LastTimeout,
    /// RCR+: a Configure-Request that can be agreed to.
    GoodRequest,
    /// RCR-: one that can't.
    BadRequest,
    /// RCA: a Configure-Ack of ours.
    Ack,
    /// RCN: a Configure-Nak or Configure-Reject of ours.
    Nak,
    /// RTR: a Terminate-Request.
    TerminateRequest,
    /// RTA: a Terminate-Ack.
    TerminateAck,
    /// RUC: a packet with an unknown code.
    UnknownCode,
    /// RXJ+: a reject of something that we can do without.
    BearableReject,
    /// RXJ-: a reject of something without which nothing goes.
    FatalReject,
    /// RXR: an Echo-Request, Echo-Reply or Discard-Request.
    Echo,
}

/// What has to be done (section 4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// tlu: the layer above may begin.
    LayerUp,
    /// tld: the layer above has to end.
    LayerDown,
    /// tls: the layer below is needed.
    LayerStarted,
    /// tlf: the layer below is no longer needed.
    LayerFinished,
    /// irc: the restart counter gets what the next request may be repeated.
    InitializeCount,
    /// zrc: the restart counter is 0, and the timer runs once more.
    ZeroCount,
    /// scr: send a Configure-Request.
    SendRequest,
    /// sca: send a Configure-Ack.
    SendAck,
    /// scn: send a Configure-Nak or Configure-Reject.
    SendNak,
    /// str: send a Terminate-Request.
    SendTerminateRequest,
    /// sta: send a Terminate-Ack.
    SendTerminateAck,
    /// scj: send a Code-Reject.
    SendCodeReject,
    /// ser: send an Echo-Reply, if it was a request.
    SendEchoReply,
}

/// What to do, in this order, and where to be then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// What to do.
    pub actions: &'static [Action],
    /// The next state.
    pub next: State,
}

/// The cell of the table for `event` in `state`; `None` where the RFC has a dash, for what can't
/// happen.
///
/// Of its options, this is the table without the passive one (no automaton of ours waits in Stopped
/// for the peer's request alone) and without restart (an Open where it is open already changes
/// nothing).
#[must_use]
#[expect(
    clippy::match_same_arms,
    reason = "in the order of the RFC's rows, to be read beside it"
)]
pub const fn transition(state: State, event: Event) -> Option<Transition> {
    use Action::{
        InitializeCount, LayerDown, LayerFinished, LayerStarted, LayerUp, SendAck, SendCodeReject,
        SendEchoReply, SendNak, SendRequest, SendTerminateAck, SendTerminateRequest, ZeroCount,
    };
    use State::{
        AckReceived, AckSent, Closed, Closing, Initial, Opened, RequestSent, Starting, Stopped,
        Stopping,
    };
    let (actions, next): (&'static [Action], State) = match (event, state) {
        (Event::Up, Initial) => (&[], Closed),
        (Event::Up, Starting) => (&[InitializeCount, SendRequest], RequestSent),

        (Event::Down, Closed | Closing) => (&[], Initial),
        (Event::Down, Stopped) => (&[LayerStarted], Starting),
        (Event::Down, Stopping | RequestSent | AckReceived | AckSent) => (&[], Starting),
        (Event::Down, Opened) => (&[LayerDown], Starting),

        (Event::Open, Initial) => (&[LayerStarted], Starting),
        (Event::Open, Closed) => (&[InitializeCount, SendRequest], RequestSent),
        (Event::Open, Closing) => (&[], Stopping),
        (Event::Open, _) => (&[], state),

        (Event::Close, Starting) => (&[LayerFinished], Initial),
        (Event::Close, Stopped) => (&[], Closed),
        (Event::Close, Stopping) => (&[], Closing),
        (Event::Close, RequestSent | AckReceived | AckSent) => {
            (&[InitializeCount, SendTerminateRequest], Closing)
        }
        (Event::Close, Opened) => (&[LayerDown, InitializeCount, SendTerminateRequest], Closing),
        (Event::Close, Initial | Closed | Closing) => (&[], state),

        (Event::Timeout, Closing | Stopping) => (&[SendTerminateRequest], state),
        (Event::Timeout, RequestSent | AckReceived) => (&[SendRequest], RequestSent),
        (Event::Timeout, AckSent) => (&[SendRequest], AckSent),
        (Event::LastTimeout, Closing) => (&[LayerFinished], Closed),
        (Event::LastTimeout, Stopping | RequestSent | AckReceived | AckSent) => {
            (&[LayerFinished], Stopped)
        }

        (
            Event::GoodRequest
            | Event::BadRequest
            | Event::Ack
            | Event::Nak
            | Event::TerminateRequest,
            Closed,
        ) => (&[SendTerminateAck], Closed),
        (Event::GoodRequest, Stopped) => (&[InitializeCount, SendRequest, SendAck], AckSent),
        (Event::BadRequest, Stopped) => (&[InitializeCount, SendRequest, SendNak], RequestSent),
        (Event::GoodRequest | Event::BadRequest | Event::Ack | Event::Nak, Closing | Stopping) => {
            (&[], state)
        }
        (Event::GoodRequest, RequestSent | AckSent) => (&[SendAck], AckSent),
        (Event::GoodRequest, AckReceived) => (&[SendAck, LayerUp], Opened),
        (Event::GoodRequest, Opened) => (&[LayerDown, SendRequest, SendAck], AckSent),
        (Event::BadRequest, RequestSent | AckSent) => (&[SendNak], RequestSent),
        (Event::BadRequest, AckReceived) => (&[SendNak], AckReceived),
        (Event::BadRequest, Opened) => (&[LayerDown, SendRequest, SendNak], RequestSent),

        (Event::Ack | Event::Nak | Event::TerminateRequest, Stopped) => {
            (&[SendTerminateAck], Stopped)
        }
        (Event::Ack, RequestSent) => (&[InitializeCount], AckReceived),
        (Event::Ack, AckSent) => (&[InitializeCount, LayerUp], Opened),
        (Event::Nak, RequestSent) => (&[InitializeCount, SendRequest], RequestSent),
        (Event::Nak, AckSent) => (&[InitializeCount, SendRequest], AckSent),
        (Event::Ack | Event::Nak, AckReceived) => (&[SendRequest], RequestSent),
        (Event::Ack | Event::Nak | Event::TerminateAck, Opened) => {
            (&[LayerDown, SendRequest], RequestSent)
        }

        (Event::TerminateRequest, Closing | Stopping) => (&[SendTerminateAck], state),
        (Event::TerminateRequest, RequestSent | AckReceived | AckSent) => {
            (&[SendTerminateAck], RequestSent)
        }
        (Event::TerminateRequest, Opened) => (&[LayerDown, ZeroCount, SendTerminateAck], Stopping),
        (Event::TerminateAck, Closing) => (&[LayerFinished], Closed),
        (Event::TerminateAck, Stopping) => (&[LayerFinished], Stopped),
        (Event::TerminateAck | Event::BearableReject, AckReceived) => (&[], RequestSent),
        (Event::TerminateAck, Closed | Stopped | RequestSent | AckSent) => (&[], state),

        (_, Initial | Starting) => return None,

        (Event::UnknownCode, _) => (&[SendCodeReject], state),
        (Event::BearableReject, _) => (&[], state),
        (Event::FatalReject, Closed | Closing) => (&[LayerFinished], Closed),
        (Event::FatalReject, Stopped | Stopping | RequestSent | AckReceived | AckSent) => {
            (&[LayerFinished], Stopped)
        }
        (Event::FatalReject, Opened) => (
            &[LayerDown, InitializeCount, SendTerminateRequest],
            Stopping,
        ),
        (Event::Echo, Opened) => (&[SendEchoReply], Opened),
        (Event::Echo, _) => (&[], state),

        (Event::Up | Event::Timeout | Event::LastTimeout, _) => return None,
    };
    Some(Transition { actions, next })
}
