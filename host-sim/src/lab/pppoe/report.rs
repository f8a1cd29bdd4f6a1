//! What the command says, for people.

use std::fmt::Write;
use std::time::Duration;

use super::onlooker::Session;
use crate::lab::arguments::PppoeArguments;

/// Who takes part.
pub(super) fn opening(router: &str, is_real: bool, arguments: &PppoeArguments) -> String {
    let concentrator = if is_real {
        "Linux with rp-pppoe's server and pppd, in user-mode Linux"
    } else {
        "the one in this process"
    };
    let vlan = arguments
        .vlan
        .map_or(String::new(), |vlan| format!(", in VLAN {vlan}"));
    format!(
        "Router: {router}\n\
         Access concentrator: {concentrator}{vlan}\n\
         A client behind the router downloads {} bytes from a server behind the access concentrator,\n\
         which keeps silent about packets that are too long for the session.\n\n\
         1. The session\n",
        arguments.bytes
    )
}

/// How a session came about.
pub(super) fn session(session: &Session) -> String {
    let mut text = String::new();
    let after = |at: Option<Duration>| match at.and_then(|at| at.checked_sub(session.asked_at)) {
        Some(after) => format!("after {}.{:03} s", after.as_secs(), after.subsec_millis()),
        None => "never".to_owned(),
    };
    let times = match session.padis {
        1 => "once".to_owned(),
        padis => format!("{padis} times"),
    };
    let mut line = |line: String| {
        // Writing to a string can't fail.
        let _ = writeln!(text, "   {line}");
    };
    line(format!(
        "the router asks who is there (PADI) {times}; {} gives it session {} {}",
        session.concentrator,
        session.id,
        after(Some(session.confirmed_at))
    ));
    let authentication = session.authentication.unwrap_or("nothing");
    let address = session
        .ipv4
        .map_or("no address".to_owned(), |address| address.to_string());
    let dns: Vec<String> = session.dns.iter().map(ToString::to_string).collect();
    line(format!(
        "it proves who it is by {authentication}, gets {address} and the name servers {}",
        dns.join(" and ")
    ));
    line(format!(
        "IPv4 is up {}, IPv6 {}; the client's first packet passes {}",
        after(session.ipv4_at),
        after(session.ipv6_at),
        after(session.first_packet_at)
    ));
    match (session.mtu_bytes(), session.max_payload_bytes) {
        (Some(mtu), Some(payload)) => line(format!(
            "MTU {mtu}: both know the line to carry {payload} bytes in PPPoE (RFC 4638)"
        )),
        (Some(1492), None) => line("MTU 1492: Ethernet's 1500, less 8 for PPPoE".to_owned()),
        (Some(mtu), None) => line(format!("MTU {mtu}: what both agreed on")),
        (None, _) => line("no MTU".to_owned()),
    }
    text
}
