//! Lines that can't be honoured, each refused at the one word that stands in the way.

use crate::rules::Rule;

/// Each line with the one word that can't be honoured, and a part of why.
#[test]
fn what_cannot_be_honoured_is_refused_at_its_word() {
    const IPT: &str = "iptables -A FORWARD -p tcp --tcp-flags SYN,RST SYN";
    for (text, word, why) in [
        ("", "", "no rule"),
        ("pfctl -sr", "pfctl", "no rule that is known"),
        (
            &format!("{IPT} -m limit --limit 5/s -j TCPMSS --set-mss 1400"),
            "limit",
            "tcp, tcpmss",
        ),
        (
            &format!("{IPT} --dprot 80 -j TCPMSS --set-mss 1400"),
            "--dprot",
            "nothing that is known",
        ),
        (
            &format!("{IPT} --dport http -j TCPMSS --set-mss 1400"),
            "http",
            "not a number",
        ),
        (
            &format!("{IPT} -s router.lan -j TCPMSS --set-mss 1400"),
            "router.lan",
            "names",
        ),
        (
            &format!("{IPT} -o $WAN -j TCPMSS --set-mss 1400"),
            "$",
            "variables",
        ),
        (
            &format!("{IPT} -j TCPMSS --set-mss 1400 && reboot"),
            "&",
            "the shell's",
        ),
        (&format!("{IPT} -j TCPMSS --set-mss 47"), "47", "under 48"),
        (
            &format!("{IPT} -j TCPMSS --set-mss 65516"),
            "65516",
            "more than 65515",
        ),
        (
            &format!("{IPT} -j TCPMSS --set-mss"),
            "--set-mss",
            "value is missing",
        ),
        (
            &format!("{IPT} -j TCPMSS"),
            "",
            "--clamp-mss-to-pmtu or --set-mss",
        ),
        (
            &format!("{IPT} -j TCPMSS --set-mss 1400 --set-mss 1300"),
            "1300",
            "said before",
        ),
        (
            &format!("{IPT} --set-mss 1400 -j TCPMSS"),
            "--set-mss",
            "-j TCPMSS is missing",
        ),
        (
            &format!("{IPT} --mss 1400:1500 -j TCPMSS --set-mss 1400"),
            "--mss",
            "-m tcpmss",
        ),
        (
            &format!("{IPT} -s 2001:db8::1 -j TCPMSS --set-mss 1400"),
            "2001:db8::1",
            "other IP version",
        ),
        (
            &format!("{IPT} ! -j TCPMSS --set-mss 1400"),
            "!",
            "can't be negated",
        ),
        (
            "iptables -A FORWARD -p tcp -j TCPMSS --set-mss 1400",
            "TCPMSS",
            "SYNs only",
        ),
        (
            "iptables -A FORWARD -p tcp --tcp-flags ALL ACK -j TCPMSS --set-mss 1400",
            "ALL ACK",
            "without SYN",
        ),
        (
            "iptables -A FORWARD -p tcp --tcp-flags SYN,XMAS SYN -j TCPMSS --set-mss 1400",
            "XMAS",
            "no flag",
        ),
        (
            "iptables -A mine -p tcp --syn -j TCPMSS --set-mss 1400",
            "mine",
            "the chains",
        ),
        (
            "iptables -A POSTROUTING -p tcp --syn -j TCPMSS --set-mss 1400",
            "POSTROUTING",
            "filter",
        ),
        (
            "iptables -t nat -A POSTROUTING -p tcp --syn -j TCPMSS --set-mss 1400",
            "nat",
            "tables",
        ),
        (
            "iptables -t mangle -A POSTROUTING -i eth0 -p tcp --syn -j TCPMSS --set-mss 1400",
            "eth0",
            "not known in this chain",
        ),
        (
            "iptables -t mangle -A PREROUTING -p tcp --syn -j TCPMSS --clamp-mss-to-pmtu",
            "--clamp-mss-to-pmtu",
            "way out",
        ),
        (
            "iptables -D FORWARD -p tcp --syn -j TCPMSS --set-mss 1400",
            "-D",
            "adds no rule",
        ),
        (
            "nft add rule inet f c tcp flags syn tcp option maxseg size set 1400 log",
            "log",
            "behind the `set`",
        ),
        (
            "nft add rule inet f c limit rate 5/second tcp flags syn tcp option maxseg size set 1400",
            "limit",
            "nothing that is known",
        ),
        (
            "nft add rule inet f c tcp dport { 80, 443 } tcp option maxseg size set 1400",
            "{",
            "sets",
        ),
        (
            "nft add rule bridge f c tcp flags syn tcp option maxseg size set 1400",
            "bridge",
            "families",
        ),
        (
            "nft add rule ip6 f c ip saddr 10.0.0.1 tcp option maxseg size set 1400",
            "saddr",
            "other IP version",
        ),
        (
            "nft add rule inet f c tcp flags syn,ack tcp option maxseg size set 1400",
            "syn,ack",
            "any one of several",
        ),
        (
            "nft add rule inet f c tcp flags syn drop",
            "drop",
            "nothing that is known",
        ),
        (
            "nft add rule inet f c tcp flags syn",
            "",
            "maxseg size set rt mtu",
        ),
        (
            "nft delete rule inet f c handle 4",
            "delete",
            "adds no rule",
        ),
        (
            "firewall-cmd --add-masquerade",
            "--add-masquerade",
            "the ways to clamp",
        ),
        (
            "firewall-cmd --add-rule ipv4 filter FORWARD 0 -p tcp",
            "--add-rule",
            "--direct",
        ),
        (
            "firewall-cmd --direct --add-rule eb filter FORWARD 0 -p tcp",
            "eb",
            "ipv4 or ipv6",
        ),
        (
            "firewall-cmd --add-rich-rule='rule service name=\"ssh\" accept'",
            "service",
            "tcp-mss-clamp",
        ),
        (
            "firewall-cmd --add-rich-rule='rule tcp-mss-clamp value=\"500\"'",
            "\"500\"",
            "536",
        ),
    ] {
        assert_refused(text, word, why);
    }
}

pub(super) fn assert_refused(text: &str, word: &str, why: &str) {
    let refused = match Rule::parse(text) {
        Ok(rule) => panic!("taken: {rule:?}"),
        Err(refused) => refused,
    };
    assert_eq!(refused.word(), word, "{refused}");
    assert!(refused.why().contains(why), "{refused}");
    assert_eq!(refused.text(), text);
}

#[test]
fn a_rule_too_long_to_be_one_is_refused() {
    let long = format!("iptables {}", "-v ".repeat(2000));
    let refused = Rule::parse(&long).unwrap_err();
    assert_eq!(refused.at().start, 4096);
    let statement = format!("counter {}", "counter ".repeat(600));
    assert_eq!(Rule::parse(&statement).unwrap_err().at().start, 4096);
    let set = "tcp option maxseg size set 1400";
    let longest = format!("{set:>4096}");
    assert!(Rule::parse(&longest).is_ok());
    let iptables = "iptables -A FORWARD -p tcp --syn -j TCPMSS --set-mss 1400";
    assert!(Rule::parse(&format!("{iptables:4096}")).is_ok());
}
