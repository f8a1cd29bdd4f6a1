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

fn assert_refused(text: &str, word: &str, why: &str) {
    let refused = match Rule::parse(text) {
        Ok(rule) => panic!("taken: {rule:?}"),
        Err(refused) => refused,
    };
    assert_eq!(refused.word(), word, "{refused}");
    assert!(refused.why().contains(why), "{refused}");
    assert_eq!(refused.text(), text);
}

#[test]
fn options_of_iptables_are_refused_where_its_own_tool_refuses_them() {
    const TO_1400: &str = "-p tcp --syn -j TCPMSS --set-mss 1400";
    for (text, word, why) in [
        (
            "-A FORWARD -m tcp -p tcp --syn -j TCPMSS --set-mss 1400",
            "tcp",
            "-p tcp is missing before it",
        ),
        (
            "-A FORWARD --dport 80 -p tcp --syn -j TCPMSS --set-mss 1400",
            "--dport",
            "-p tcp is missing before it",
        ),
        (
            "-A FORWARD --syn -p tcp -j TCPMSS --set-mss 1400",
            "--syn",
            "-p tcp is missing before it",
        ),
        (
            "-A FORWARD -p tcp --syn=yes -j TCPMSS --set-mss 1400",
            "yes",
            "takes no value",
        ),
        (
            &format!("-w5 --wait=long -A FORWARD {TO_1400}"),
            "long",
            "seconds",
        ),
        (
            &format!("-I FORWARD 0 {TO_1400}"),
            "0",
            "nothing that is known",
        ),
        (
            &format!("ip6tables -A FORWARD -4 {TO_1400}"),
            "-4",
            "other IP version",
        ),
        (
            &format!("iptables -A FORWARD --ipv6 {TO_1400}"),
            "--ipv6",
            "other IP version",
        ),
        (
            "ip6tables -A FORWARD -p tcp --syn -j TCPMSS --set-mss 65496",
            "65496",
            "more than 65495",
        ),
        (
            "-A FORWARD -p tcp --tcp-flags RST NONE -j TCPMSS --set-mss 1400",
            "RST NONE",
            "may be something else",
        ),
        (
            &format!("-A FORWARD -o eth0/1 {TO_1400}"),
            "eth0/1",
            "no interface can be called so",
        ),
        (
            &format!("-A FORWARD -o an-interface-name {TO_1400}"),
            "an-interface-name",
            "no interface can be called so",
        ),
        (
            "/ip firewall mangle add chain=Forward protocol=tcp",
            "Forward",
            "forward, postrouting",
        ),
        (
            &format!("-A FORWARD -o '' {TO_1400}"),
            "''",
            "no interface can be called so",
        ),
        (
            &format!("-A FORWARD ! -o + {TO_1400}"),
            "+",
            "would do nothing",
        ),
    ] {
        assert_refused(text, word, why);
    }
}

#[test]
fn statements_of_nft_are_refused_where_they_say_something_else() {
    const RULE: &str = "nft add rule inet f c";
    for (text, word, why) in [
        (
            &*format!("{RULE} accept tcp flags syn tcp option maxseg size set 1400"),
            "accept",
            "before it clamps",
        ),
        (
            &format!("{RULE} ip protocol udp tcp option maxseg size set 1400"),
            "udp",
            "only TCP",
        ),
        (
            &format!("{RULE} meta l4proto udp tcp option maxseg size set 1400"),
            "udp",
            "only TCP",
        ),
        (
            "ip6 saddr 10.0.0.1 tcp option maxseg size set 1400",
            "10.0.0.1",
            "of the other IP version",
        ),
        (
            "tcp flags syn \"accept\" tcp option maxseg size set 1400",
            "\"accept\"",
            "nothing that is known",
        ),
        (
            "tcp flags != syn tcp option maxseg size set 1400",
            "!=",
            "what a SYN is not",
        ),
        (
            "tcp flags ! syn tcp option maxseg size set 1400",
            "!",
            "what a SYN is not",
        ),
        (
            "tcp flags & (syn | rst) != 0 tcp option maxseg size set 1400",
            "0",
            "of one flag",
        ),
        (
            "tcp flags & syn != 1 tcp option maxseg size set 1400",
            "1",
            "of one flag",
        ),
        (
            "tcp flags syn iifname \"ppp0 tcp option maxseg size set 1400",
            "\"",
            "never closed",
        ),
    ] {
        assert_refused(text, word, why);
    }
}

#[test]
fn options_of_firewalld_are_refused_where_they_say_something_else() {
    const PASSED: &str = "ipv4 -A FORWARD -p tcp --syn -j TCPMSS --set-mss 1400";
    let rich = |rule: &str| format!("firewall-cmd --add-rich-rule='{rule}'");
    for (text, word, why) in [
        (
            &*format!("firewall-cmd --permanent=yes --direct --add-passthrough {PASSED}"),
            "--permanent=yes",
            "the ways to clamp",
        ),
        (
            &format!("firewall-cmd --direct=yes --add-passthrough {PASSED}"),
            "--direct=yes",
            "the ways to clamp",
        ),
        (
            &format!("firewall-cmd --direct --add-passthrough={PASSED}"),
            "--add-passthrough=ipv4",
            "the ways to clamp",
        ),
        (
            &format!("{} --permanent", rich("rule tcp-mss-clamp value=1400")),
            "--permanent",
            "stands behind the rule",
        ),
        (
            &rich("role tcp-mss-clamp value=1400"),
            "role",
            "begins with `rule`",
        ),
        (
            &rich("rule priority=high tcp-mss-clamp value=1400"),
            "priority=high",
            "nothing that can be honoured",
        ),
        (
            &rich("rule not tcp-mss-clamp value=1400"),
            "not",
            "only tcp-mss-clamp is understood",
        ),
        (
            &rich("rule source invert=\"true\" address=10.0.0.1 tcp-mss-clamp"),
            "invert=\"true\"",
            "NOT in front",
        ),
        (
            &rich("rule source invert=\"false\" address=10.0.0.1 tcp-mss-clamp"),
            "invert=\"false\"",
            "nothing that can be honoured",
        ),
        (
            &rich("rule family=ipv6 source address=10.0.0.1 tcp-mss-clamp"),
            "10.0.0.1",
            "other IP version",
        ),
    ] {
        assert_refused(text, word, why);
    }
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
