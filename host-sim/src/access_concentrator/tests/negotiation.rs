//! What each layer asks, grants and refuses (RFC 1661, RFC 1332, RFC 1877, RFC 5072).

use std::time::Duration;

use super::super::{Authentication, Phase, Reason, Settings};
use super::{ADDRESS, INTERFACE, Line, Ppp, control, ppp, protocol, request, tag};

const SECOND: Duration = Duration::from_secs(1);

fn configure(line: &mut Line, protocol: u16, options: &[u8]) -> (u8, Vec<u8>) {
    let answers = line.control(protocol, control::CONFIGURE_REQUEST, 7, options);
    let answer = answers
        .iter()
        .find(|(of, packet)| *of == protocol && packet[0] != control::CONFIGURE_REQUEST);
    let (_, answer) = answer.expect("an answer");
    assert_eq!(answer[1], 7);
    (answer[0], answer[4..].to_vec())
}

fn in_lcp(settings: Settings, payload_bytes: Option<u16>) -> (Line, Vec<Ppp>) {
    let mut line = Line::new(settings);
    let payload = payload_bytes.map(u16::to_be_bytes);
    let tag = payload
        .as_ref()
        .map(|bytes| (tag::PPP_MAX_PAYLOAD, &bytes[..]));
    line.discover(tag.as_slice());
    let asked = line.packets();
    (line, asked)
}

/// Logged in, with the first requests of the network layers.
fn in_network() -> (Line, Vec<Ppp>) {
    let mut line = Line::new(Settings::default());
    let asked = line.establish();
    let asked = line.log_in(&asked, "customer", "secret");
    (line, asked)
}

#[test]
fn lcp_asks_for_the_mru_the_authentication_and_a_magic_number() {
    let (_, asked) = in_lcp(Settings::default(), None);
    let (_, options) = request(protocol::LCP, &asked);
    assert_eq!(options[..9], [1, 4, 0x05, 0xd4, 3, 5, 0xc2, 0x23, 5]);
    assert_eq!(options[9..11], [5, 6]);
    assert_eq!(options.len(), 15);
    let pap = Settings {
        authentication: Authentication::Pap,
        mru_bytes: 1500,
        ..Settings::default()
    };
    let (_, asked) = in_lcp(pap.clone(), Some(1500));
    let (_, options) = request(protocol::LCP, &asked);
    assert_eq!(
        options[..6],
        [3, 4, 0xc0, 0x23, 5, 6],
        "1500 needs no saying"
    );
    let (_, asked) = in_lcp(pap, None);
    let (_, options) = request(protocol::LCP, &asked);
    assert_eq!(options[..4], [1, 4, 0x05, 0xd4], "the line carries no more");
}

#[test]
fn lcp_grants_what_the_line_carries_and_names_what_it_does() {
    let (mut line, asked) = in_lcp(Settings::default(), None);
    let (_, options) = request(protocol::LCP, &asked);
    let magic = options[11..].to_vec();
    let nak = control::CONFIGURE_NAK;
    let ack = control::CONFIGURE_ACK;
    let mut configure = |options: &[u8]| configure(&mut line, protocol::LCP, options);
    assert_eq!(
        configure(&[1, 4, 0x05, 0xd4]),
        (ack, vec![1, 4, 0x05, 0xd4])
    );
    assert_eq!(
        configure(&[1, 4, 0x05, 0xd5]),
        (nak, vec![1, 4, 0x05, 0xd4])
    );
    let same = [&[5, 6], &magic[..]].concat();
    let (code, other) = configure(&same);
    assert_eq!((code, other.len()), (nak, 6));
    assert_ne!(other, same);
    assert_eq!(configure(&other).0, ack);
    // Unknown ones, and known ones of another length, are named before any other is looked at.
    for strange in [
        vec![7, 2],
        vec![1, 3, 5],
        vec![5, 5, 1, 2, 3],
        vec![3, 4, 0xc0, 0x23],
    ] {
        let options = [&[1, 4, 0xff, 0xff], &strange[..]].concat();
        assert_eq!(configure(&options), (control::CONFIGURE_REJECT, strange));
    }
}

#[test]
fn a_request_whose_options_overrun_it_gets_no_answer() {
    let (mut line, _) = in_lcp(Settings::default(), None);
    for options in [&[1, 5, 0x05, 0xd4][..], &[1], &[1, 1], &[1, 0]] {
        let answers = line.control(protocol::LCP, control::CONFIGURE_REQUEST, 1, options);
        assert!(answers.is_empty(), "{options:?}");
    }
    // What a length leaves out is padding; what is shorter than that is nothing.
    let padded = line.ppp(protocol::LCP, &[1, 1, 0, 4, 9, 9]);
    assert_eq!(padded, [ppp(protocol::LCP, 2, 1, &[])]);
    assert!(line.ppp(protocol::LCP, &[1, 1, 0, 5]).is_empty());
    assert!(line.ppp(protocol::LCP, &[1, 1, 0, 3]).is_empty());
}

#[test]
fn lcp_takes_the_hint_of_a_smaller_mru_and_of_no_larger_one() {
    let (mut line, asked) = in_lcp(Settings::default(), None);
    let (first, before) = request(protocol::LCP, &asked);
    let nak = control::CONFIGURE_NAK;
    let hint = [1, 4, 0x05, 0xdc, 5, 6, 0, 0, 0, 0];
    let asked = line.control(protocol::LCP, nak, first, &hint);
    let (second, options) = request(protocol::LCP, &asked);
    assert_ne!(second, first);
    assert_eq!(options[..9], before[..9]);
    assert_ne!(options[11..], before[11..], "another magic number");
    let asked = line.control(protocol::LCP, nak, second, &[1, 4, 0x05, 0x78]);
    let (third, options) = request(protocol::LCP, &asked);
    assert_eq!(options[..4], [1, 4, 0x05, 0x78]);
    let reject = control::CONFIGURE_REJECT;
    assert!(
        line.control(protocol::LCP, reject, second, &[1, 4, 0x05, 0x78])
            .is_empty()
    );
    let asked = line.control(protocol::LCP, reject, third, &[1, 4, 0x05, 0x78]);
    let (_, options) = request(protocol::LCP, &asked);
    assert_eq!(options[0], 3, "no MRU is the usual one");
}

#[test]
fn who_will_not_say_who_it_is_gets_no_session() {
    for refusal in [control::CONFIGURE_NAK, control::CONFIGURE_REJECT] {
        let (mut line, asked) = in_lcp(Settings::default(), None);
        let (identifier, _) = request(protocol::LCP, &asked);
        let authentication = [3, 5, 0xc2, 0x23, 5];
        let said = line.control(protocol::LCP, refusal, identifier, &authentication);
        let (_, last) = said.last().expect("a word");
        assert_eq!(last[0], control::TERMINATE_REQUEST);
        let ended = line.concentrator.next_ended();
        assert_eq!(ended, Some((1, Reason::NoAgreement)));
        assert!(line.concentrator.sessions().is_empty());
    }
}

#[test]
fn only_the_agreement_to_the_last_request_as_it_was_counts() {
    let (mut line, asked) = in_lcp(Settings::default(), None);
    line.control(protocol::LCP, control::CONFIGURE_REQUEST, 1, &[]);
    let (identifier, data) = request(protocol::LCP, &asked);
    let ack = control::CONFIGURE_ACK;
    assert!(
        line.control(protocol::LCP, ack, identifier + 1, &data)
            .is_empty()
    );
    assert!(
        line.control(protocol::LCP, ack, identifier, &data[4..])
            .is_empty()
    );
    assert_eq!(line.concentrator.sessions()[0].phase, Phase::Establish);
    let said = line.control(protocol::LCP, ack, identifier, &data);
    assert_eq!((said.len(), said[0].0), (1, protocol::CHAP));
    assert_eq!(line.concentrator.sessions()[0].phase, Phase::Authenticate);
    assert!(
        line.control(protocol::LCP, ack, identifier, &data)
            .is_empty()
    );
}

#[test]
fn requests_are_repeated_every_second_ten_times_and_then_the_session_is_over() {
    let (mut line, asked) = in_lcp(Settings::default(), None);
    let (mut last, options) = request(protocol::LCP, &asked);
    assert_eq!(line.concentrator.poll(line.now), Some(SECOND));
    for _ in 0..9 {
        assert!(line.wait(SECOND / 2).is_empty());
        let asked = line.wait(SECOND / 2);
        let (identifier, again) = request(protocol::LCP, &asked);
        assert_eq!((identifier, &again), (last + 1, &options));
        last = identifier;
    }
    assert_eq!(line.concentrator.sessions().len(), 1);
    assert!(line.wait(SECOND).is_empty());
    assert!(line.concentrator.sessions().is_empty());
    assert_eq!(line.concentrator.next_ended(), Some((1, Reason::Silence)));
    assert_eq!(line.concentrator.poll(line.now), None);
}

#[test]
fn a_customer_that_starts_over_is_asked_everything_again() {
    let mut line = Line::new(Settings::default());
    line.dial();
    let to = [203, 0, 113, 9];
    assert_eq!(line.concentrator.sessions()[0].ipv4, Some(ADDRESS.into()));
    let said = line.control(protocol::LCP, control::CONFIGURE_REQUEST, 8, &[]);
    request(protocol::LCP, &said);
    assert!(said.contains(&ppp(protocol::LCP, control::CONFIGURE_ACK, 8, &[])));
    assert_eq!(line.concentrator.sessions()[0].phase, Phase::Establish);
    assert_eq!(line.concentrator.sessions()[0].ipv4, None);
    line.ppp(protocol::IPV4, &super::ipv4(to, 20));
    assert_eq!(line.concentrator.next_packet(), None);
    let said = line.agree(protocol::LCP, &said);
    assert_eq!(said[0].0, protocol::CHAP, "who is it now?");
}

#[test]
fn ipcp_gives_the_address_and_the_name_servers_that_are_asked_for() {
    let (mut line, asked) = in_network();
    let (_, options) = request(protocol::IPCP, &asked);
    assert_eq!(options, [3, 6, 10, 64, 0, 1]);
    let nak = control::CONFIGURE_NAK;
    let mut configure = |options: &[u8]| configure(&mut line, protocol::IPCP, options);
    let address = [&[3, 6], &ADDRESS[..]].concat();
    assert_eq!(configure(&[3, 6, 0, 0, 0, 0]), (nak, address.clone()));
    assert_eq!(
        configure(&[]),
        (nak, address.clone()),
        "it gets one all the same"
    );
    let names = [&address[..], &[129, 6, 0, 0, 0, 0, 131, 6, 0, 0, 0, 0]].concat();
    let right = [129, 6, 203, 0, 113, 53, 131, 6, 203, 0, 113, 54];
    assert_eq!(configure(&names), (nak, right.to_vec()));
    let compression = [2, 6, 0, 0x2d, 0x0f, 1];
    let reject = control::CONFIGURE_REJECT;
    let both = [&address[..], &compression].concat();
    assert_eq!(configure(&both), (reject, compression.to_vec()));
    assert_eq!(configure(&[3, 5, 0, 0, 0]), (reject, vec![3, 5, 0, 0, 0]));
    let all = [&address[..], &right].concat();
    assert_eq!(configure(&all), (control::CONFIGURE_ACK, all));
}

#[test]
fn header_compression_is_offered_until_it_is_refused() {
    let mut line = Line::new(Settings {
        offers_header_compression: true,
        ..Settings::default()
    });
    let asked = line.establish();
    let asked = line.log_in(&asked, "customer", "secret");
    let (identifier, options) = request(protocol::IPCP, &asked);
    let compression = [2, 6, 0, 0x2d, 0x0f, 1];
    assert_eq!(options, [&compression[..], &[3, 6, 10, 64, 0, 1]].concat());
    let reject = control::CONFIGURE_REJECT;
    let asked = line.control(protocol::IPCP, reject, identifier, &[3, 6, 10, 64, 0, 1]);
    let (identifier, again) = request(protocol::IPCP, &asked);
    assert_eq!(again, options, "nobody refused that");
    let asked = line.control(protocol::IPCP, reject, identifier, &compression);
    assert_eq!(request(protocol::IPCP, &asked).1, [3, 6, 10, 64, 0, 1]);
}

#[test]
fn ipv6cp_wants_an_identifier_that_is_neither_zero_nor_its_own() {
    let (mut line, asked) = in_network();
    let (_, options) = request(protocol::IPV6CP, &asked);
    assert_eq!((options.len(), &options[..2]), (10, &[1, 10][..]));
    let own = options[2..].to_vec();
    let mut configure = |options: &[u8]| configure(&mut line, protocol::IPV6CP, options);
    let named = |identifier: &[u8]| [&[1, 10], identifier].concat();
    let nak = control::CONFIGURE_NAK;
    let (code, hint) = configure(&named(&[0; 8]));
    assert_eq!(code, nak);
    assert_eq!(configure(&named(&own)), (nak, hint.clone()));
    assert_eq!(configure(&[]), (nak, hint.clone()));
    assert_eq!(configure(&hint), (control::CONFIGURE_ACK, hint.clone()));
    let mine = named(&INTERFACE);
    assert_eq!(configure(&mine), (control::CONFIGURE_ACK, mine));
    for strange in [
        vec![1, 9, 0, 0, 0, 0, 0, 0, 1],
        [&[2, 10][..], &own].concat(),
    ] {
        let rejected = configure(&strange);
        assert_eq!(rejected, (control::CONFIGURE_REJECT, strange));
    }
}
