//! The report, as people read it.

use std::path::Path;

use super::script::{Capture, From, OFTEN, SERVER, SYN, Segment, answer, data, handshake, mss};
use crate::diagnose::{Diagnosis, json, report};

fn in_vain(capture: Capture) -> Capture {
    let sent = OFTEN.map(|at_ms| data(at_ms, SERVER, 1460));
    capture.and(sent)
}

fn told(seen: Vec<(&str, Diagnosis)>) -> String {
    let seen: Vec<_> = seen
        .into_iter()
        .map(|(path, diagnosis)| (Path::new(path), diagnosis))
        .collect();
    let mut out = Vec::new();
    report::write(&seen, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_black_hole_is_told_with_all_that_is_known_of_it() {
    let capture = in_vain(Capture::opened().and_error(150, 1400)).and([answer(9600, SERVER)]);
    let said = told(vec![("line.pcap", capture.diagnosed())]);
    let (told, cure) = said.split_once("\nCure: ").unwrap();
    assert_eq!(
        told,
        "\
BLACK HOLE: 198.51.100.2:80 -> 192.0.2.2:40000 (confidence: high)
  Large packets from 198.51.100.2 vanish on the way to 192.0.2.2, and ICMP says so, but the sender does not act on it.
    packet 5      a packet of 1500 bytes is sent and never acknowledged
    packet 10     it has been sent 6 times, over 9.3 s
    packet 11     the receiver is there: it still sends, and still waits for the same byte
    packet 4      10.9.9.9 says that the next link carries 1400 bytes
  MSS: the receiver takes 1460, the sender 1460
  Path MTU: less than 1500 bytes

11 packets, 1 TCP connection: a path-MTU black hole on one of them.
MSS in SYNs: 1460 (2x).
"
    );
    assert!(
        cure.starts_with("configure a link MTU of 1400 (a router said so in ICMP).\n"),
        "{cure}"
    );
    let named: Vec<&str> = cure
        .lines()
        .skip(3)
        .map(|line| line.get(2..22).unwrap_or_default().trim())
        .collect();
    assert_eq!(
        named,
        [
            "iptables",
            "ip6tables",
            "nft",
            "",
            "firewalld",
            "",
            "pf (OpenBSD)",
            "",
            "pf (FreeBSD)",
            "RouterOS",
            "",
            "Cisco IOS, interface",
            "",
            "host-sim"
        ]
    );
}

#[test]
fn each_verdict_is_told_in_its_own_words() {
    let opened = Capture::opened;
    let smaller = [
        data(10_000, SERVER, 1000),
        answer(10_050, SERVER + 1000),
        data(11_000, SERVER + 1000, 1000),
        answer(11_050, SERVER + 2000),
    ];
    let heard = [data(220, SERVER, 1360), answer(230, SERVER + 1360)];
    for (capture, words) in [
        (
            in_vain(opened()).and([answer(9600, SERVER)]),
            "vanish on the way to 192.0.2.2, and no ICMP says so.",
        ),
        (
            in_vain(opened()).and(smaller),
            "BLACK HOLE, WORKED AROUND: 198.51.100.2:80 -> 192.0.2.2:40000 (confidence: high)\n  Large packets \
             from 198.51.100.2 vanish on the way to 192.0.2.2; its TCP noticed by itself, after a stall.",
        ),
        (
            in_vain(opened()),
            "suspected: 198.51.100.2:80 -> 192.0.2.2:40000 (confidence: low)\n  Large packets from 198.51.100.2 \
             get no answer from 192.0.2.2; a host that went away looks the same.",
        ),
        (
            opened().and_error(150, 1400).and(heard),
            "path MTU discovery works: 198.51.100.2:80 -> 192.0.2.2:40000 (confidence: high)\n  198.51.100.2 was \
             told that its packets were too big, and sends smaller ones.",
        ),
    ] {
        let said = told(vec![("line.pcap", capture.diagnosed())]);
        assert!(said.contains(words), "{words}\n{said}");
    }
}

#[test]
fn what_an_mss_gives_away_is_told_beside_it() {
    let said = |size| {
        let syn = Segment {
            flags: SYN,
            from: From::Server,
            options: mss(size),
            ..data(0, 1, 0)
        };
        told(vec![("line.pcap", Capture::new().and([syn]).diagnosed())])
    };
    for (size, words) in [
        (1452, "1452 (1x, clamped for PPPoE)."),
        (1432, "1432 (1x, IPv6 clamped for PPPoE)."),
        (1380, "1380 (1x, WireGuard)."),
        (1372, "1372 (1x, WireGuard in PPPoE)."),
        (1360, "1360 (1x, a tunnel or a clamp for 1400)."),
        (1412, "1412 (1x, a tunnel or a clamp for 1452)."),
        (1460, "1460 (1x)."),
    ] {
        let said = said(size);
        assert!(said.ends_with(&format!("MSS in SYNs: {words}\n")), "{said}");
    }
}

#[test]
fn what_there_was_none_of_is_not_told() {
    let quiet = Capture::new().and([answer(0, SERVER)]);
    assert_eq!(
        told(vec![("line.pcap", quiet.diagnosed())]),
        "1 packets, 1 TCP connection: no path-MTU black hole.\n"
    );
    let (unseen, _) = quiet.packet(&data(0, SERVER, 1460));
    let strange = Capture::new().and_error_about(0, [3, 4], 1400, &unseen);
    let said = told(vec![("line.pcap", strange.diagnosed())]);
    assert!(
        said.contains("\n1 ICMP errors \"too big\" are about connections that are not"),
        "{said}"
    );
}

#[test]
fn several_captures_are_told_one_after_the_other_and_beside_each_other() {
    let opened = |size| Capture::new().and(handshake(mss(size), mss(size)));
    let said = told(vec![
        ("lan.pcap", opened(1460).diagnosed()),
        ("wan.pcap", opened(1452).diagnosed()),
    ]);
    assert_eq!(
        said,
        "\
== lan.pcap

3 packets, 1 TCP connection: no path-MTU black hole.
MSS in SYNs: 1460 (2x).
== wan.pcap

3 packets, 1 TCP connection: no path-MTU black hole.
MSS in SYNs: 1452 (2x, clamped for PPPoE).
Between the captures an MSS of 1460 became 1452: there is a clamp.
"
    );
    let both = [("lan.pcap", 1460), ("wan.pcap", 1460)];
    let seen = both.map(|(path, size)| (Path::new(path), opened(size).diagnosed()));
    let mut out = Vec::new();
    json::write(&seen, &mut out).unwrap();
    let line: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(line["summary"]["mss"]["1460"], 4);
    let alone = told(vec![("lan.pcap", opened(1460).diagnosed())]);
    assert!(alone.starts_with("3 packets"), "{alone}");
}

#[test]
fn of_many_findings_the_first_are_told_and_the_others_counted() {
    let of = |count: u64| {
        let finding = in_vain(Capture::opened()).finding().unwrap();
        let mut diagnosis = Diagnosis::new(false);
        diagnosis.findings = vec![finding; 20];
        diagnosis.findings_left_out = count;
        diagnosis.findings.push(diagnosis.findings[0].clone());
        told(vec![("line.pcap", diagnosis)])
    };
    assert!(of(0).contains("\n... and 1 more; --json has up to 1000\n"));
    assert!(of(5).contains("\n... and 6 more; --json has up to 1000\n"));
    assert_eq!(of(5).matches("suspected: ").count(), 20);
    let all_told = told(vec![("line.pcap", in_vain(Capture::opened()).diagnosed())]);
    assert!(!all_told.contains("more;"), "{all_told}");
}
