//! The automaton, state by event, against RFC 1661's table.

use firmware::pppoe::automaton::{Action, Event, State, Transition, transition};

/// Section 4.1, written out from the RFC: a row an event, a column a state from 0 to 9.
const TABLE: &str = "
    Up    2      irc,scr/6    -      -              -      -      -           -          -            -
    Down  -      -            0      tls/1          0      1      1           1          1            tld/1
    Open  tls/1  1            irc,scr/6 3           5      5      6           7          8            9
    Close 0      tlf/0        2      2              4      4      irc,str/4   irc,str/4  irc,str/4    tld,irc,str/4
    TO+   -      -            -      -              str/4  str/5  scr/6       scr/6      scr/8        -
    TO-   -      -            -      -              tlf/2  tlf/3  tlf/3       tlf/3      tlf/3        -
    RCR+  -      -            sta/2  irc,scr,sca/8  4      5      sca/8       sca,tlu/9  sca/8        tld,scr,sca/8
    RCR-  -      -            sta/2  irc,scr,scn/6  4      5      scn/6       scn/7      scn/6        tld,scr,scn/6
    RCA   -      -            sta/2  sta/3          4      5      irc/7       scr/6      irc,tlu/9    tld,scr/6
    RCN   -      -            sta/2  sta/3          4      5      irc,scr/6   scr/6      irc,scr/8    tld,scr/6
    RTR   -      -            sta/2  sta/3          sta/4  sta/5  sta/6       sta/6      sta/6        tld,zrc,sta/5
    RTA   -      -            2      3              tlf/2  tlf/3  6           6          8            tld,scr/6
    RUC   -      -            scj/2  scj/3          scj/4  scj/5  scj/6       scj/7      scj/8        scj/9
    RXJ+  -      -            2      3              4      5      6           6          8            9
    RXJ-  -      -            tlf/2  tlf/3          tlf/2  tlf/3  tlf/3       tlf/3      tlf/3        tld,irc,str/5
    RXR   -      -            2      3              4      5      6           7          8            ser/9
";

const STATES: [State; 10] = [
    State::Initial,
    State::Starting,
    State::Closed,
    State::Stopped,
    State::Closing,
    State::Stopping,
    State::RequestSent,
    State::AckReceived,
    State::AckSent,
    State::Opened,
];

fn event(name: &str) -> Event {
    match name {
        "Up" => Event::Up,
        "Down" => Event::Down,
        "Open" => Event::Open,
        "Close" => Event::Close,
        "TO+" => Event::Timeout,
        "TO-" => Event::LastTimeout,
        "RCR+" => Event::GoodRequest,
        "RCR-" => Event::BadRequest,
        "RCA" => Event::Ack,
        "RCN" => Event::Nak,
        "RTR" => Event::TerminateRequest,
        "RTA" => Event::TerminateAck,
        "RUC" => Event::UnknownCode,
        "RXJ+" => Event::BearableReject,
        "RXJ-" => Event::FatalReject,
        "RXR" => Event::Echo,
        other => panic!("no event {other}"),
    }
}

fn name(action: Action) -> &'static str {
    match action {
        Action::LayerUp => "tlu",
        Action::LayerDown => "tld",
        Action::LayerStarted => "tls",
        Action::LayerFinished => "tlf",
        Action::InitializeCount => "irc",
        Action::ZeroCount => "zrc",
        Action::SendRequest => "scr",
        Action::SendAck => "sca",
        Action::SendNak => "scn",
        Action::SendTerminateRequest => "str",
        Action::SendTerminateAck => "sta",
        Action::SendCodeReject => "scj",
        Action::SendEchoReply => "ser",
    }
}

/// A cell as the table writes it.
fn cell(transition: Option<Transition>) -> String {
    let Some(Transition { actions, next }) = transition else {
        return "-".to_string();
    };
    let next = STATES.iter().position(|state| *state == next).unwrap();
    let actions: Vec<_> = actions.iter().map(|action| name(*action)).collect();
    match actions[..] {
        [] => next.to_string(),
        _ => format!("{}/{next}", actions.join(",")),
    }
}

/// What the RFC says of an event, by its name, in a state, by its number.
pub(crate) fn cell_of(event: &str, state: usize) -> String {
    let mut rows = TABLE.lines().map(str::split_whitespace);
    let cells = rows.find_map(|mut row| (row.next() == Some(event)).then_some(row));
    cells.unwrap().nth(state).unwrap().to_string()
}

#[test]
fn every_event_in_every_state_does_what_the_rfc_says() {
    let mut rows = 0;
    for row in TABLE.lines().filter(|row| !row.trim().is_empty()) {
        let mut cells = row.split_whitespace();
        let event_name = cells.next().unwrap();
        let cells: Vec<_> = cells.collect();
        assert_eq!(cells.len(), STATES.len(), "{event_name}");
        for (number, (state, wanted)) in STATES.iter().zip(cells).enumerate() {
            let found = cell(transition(*state, event(event_name)));
            assert_eq!(found, wanted, "{event_name} in state {number}, {state:?}");
        }
        rows += 1;
    }
    assert_eq!(rows, 16);
}
