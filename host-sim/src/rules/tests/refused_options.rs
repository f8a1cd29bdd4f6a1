//! Options and statements of each tool, refused where the tool itself refuses them or takes them for something else.

use super::refused::assert_refused;

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
