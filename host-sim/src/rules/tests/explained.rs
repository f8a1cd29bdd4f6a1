//! What `host-sim explain` says of a rule.

use crate::rules::Rule;
use crate::rules::explain::explain;

#[test]
fn a_rule_is_explained_with_what_it_leaves_undone() {
    let keys = |text: &str| -> Vec<&str> {
        let rule = Rule::parse(text).unwrap();
        let explanation = explain(&rule, None);
        explanation.notes.iter().map(|note| note.key).collect()
    };
    let article =
        "iptables -A FORWARD -o ppp0 -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu";
    assert_eq!(
        keys(article),
        [
            "one-half",
            "one-ip-version",
            "link-mtu",
            "missing-mss",
            "order",
            "better-than-linux"
        ]
    );
    assert_eq!(
        keys("nft add rule inet f c tcp flags == syn tcp option maxseg size set 1400"),
        [
            "one-half",
            "fixed",
            "missing-mss",
            "exact-flags",
            "hook",
            "order",
            "better-than-linux"
        ]
    );
    assert!(keys("tcp flags syn tcp option maxseg size set 1400").contains(&"syn-rst"));
    let sentence = |text: &str, mtu_bytes| explain(&Rule::parse(text).unwrap(), mtu_bytes).sentence;
    assert_eq!(
        sentence(article, Some(1492)),
        "Lowers the MSS of TCP SYNs and SYN-ACKs over IPv4 that leave by ppp0 to 1452 bytes: what a link \
         of 1492 carries, less 40 bytes of headers."
    );
    assert_eq!(
        sentence(
            "ip6tables -A FORWARD ! -s 2001:db8::/32 -i lan -o wan+ -p tcp --syn --dport 80:443 \
             -m tcpmss --mss 1221:65535 -j TCPMSS --set-mss 1220",
            None
        ),
        "Lowers the MSS of TCP SYNs (not of SYN-ACKs) over IPv6 from anywhere but 2001:db8::/32 to port 80 \
         to 443 that come in by lan and leave by interfaces that begin with wan, if they ask for 1221 to \
         65535 bytes, to 1220 bytes."
    );
}

/// The words of one note, if the rule has it.
fn note(text: &str, key: &str) -> Option<String> {
    let rule = Rule::parse(text).unwrap();
    let notes = explain(&rule, None).notes;
    let found = notes.into_iter().find(|note| note.key == key);
    found.map(|note| note.words)
}

#[test]
fn a_rule_that_takes_one_half_of_the_handshake_says_which_direction_stays_as_it_was() {
    let rule = |asks: &str| format!("-A FORWARD -p tcp {asks} -j TCPMSS --set-mss 1400");
    const BOTH: &str = "--tcp-flags SYN,RST SYN";
    for (asks, words) in [
        (
            "-o ppp0 --syn",
            "a SYN that leaves by ppp0 tells the far end what it may send, so downloads through ppp0 are cured",
        ),
        (
            "-i ppp0 --syn",
            "what comes in by ppp0 tells this side what it may send, so uploads through ppp0 are cured",
        ),
        (
            "-i lan -o wan --syn",
            "it takes these interfaces in this order: the other half",
        ),
        (
            "-i + -o wan --syn",
            "it takes these interfaces in this order: the other half",
        ),
        (
            "--syn",
            "it takes SYNs, and the SYN-ACK that answers keeps its MSS",
        ),
        (
            "--tcp-flags SYN,ACK,RST SYN,ACK",
            "it takes SYN-ACKs, and the SYN that they answer keeps its MSS",
        ),
        (
            &format!("{BOTH} -s 192.0.2.1"),
            "it takes these addresses and ports in this order: the other half",
        ),
        (
            &format!("{BOTH} -d 192.0.2.1"),
            "it takes these addresses and ports in this order",
        ),
        (
            &format!("{BOTH} --sport 80"),
            "it takes these addresses and ports in this order",
        ),
        (
            &format!("{BOTH} --dport 80"),
            "it takes these addresses and ports in this order",
        ),
        (
            &format!("{BOTH} -o + --dport 80"),
            "it takes these addresses and ports in this order",
        ),
    ] {
        let said = note(&rule(asks), "one-half").unwrap_or_default();
        assert!(said.starts_with("one direction only: "), "{asks}: {said}");
        assert!(said.contains(words), "{asks}: {said}");
    }
    for both in ["", "-o +", "-i +"] {
        assert_eq!(note(&rule(&format!("{BOTH} {both}")), "one-half"), None);
    }
}

#[test]
fn where_a_rule_looks_at_packets_is_told_where_the_line_does_not_say_it() {
    let routeros = |chain: &str| {
        format!(
            "/ip firewall mangle add chain={chain} protocol=tcp tcp-flags=syn action=change-mss new-mss=1400"
        )
    };
    let rich = "tcp-mss-clamp value=1400";
    for (text, words) in [
        (
            &*format!("firewall-cmd --zone=public --add-rich-rule='rule {rich}'"),
            "firewalld's zone public stands between",
        ),
        (&format!("rule {rich}"), "a policy or zone, which this line"),
        ("ip tcp adjust-mss 1400", "which one, this line doesn't say"),
        (
            "tcp flags syn tcp option maxseg size set 1400",
            "depends on the hook of its chain",
        ),
        (&routeros("postrouting"), "what the box itself sends"),
        (&routeros("prerouting"), "what is for the box itself"),
        (&routeros("output"), "only the box's own connections"),
    ] {
        let said = note(text, "hook").unwrap_or_default();
        assert!(said.contains(words), "{text}: {said}");
    }
    assert_eq!(note(&routeros("forward"), "hook"), None);
}

#[test]
fn only_iptables_would_put_in_a_missing_option() {
    let said = |text: &str| note(text, "missing-mss").unwrap_or_default();
    let iptables = said("-A FORWARD -p tcp --syn -j TCPMSS --set-mss 1400");
    assert!(
        iptables.starts_with("TCPMSS puts an option into"),
        "{iptables}"
    );
    let nft = said("tcp flags syn tcp option maxseg size set 1400");
    assert!(nft.contains("stays without one"), "{nft}");
}

#[test]
fn one_address_is_told_without_a_prefix_length() {
    let from = |command: &str, source: &str| {
        let text =
            format!("{command} -A FORWARD -s {source} -p tcp --syn -j TCPMSS --set-mss 1400");
        explain(&Rule::parse(&text).unwrap(), None).sentence
    };
    for (command, source) in [
        ("iptables", "192.0.2.7"),
        ("iptables", "192.0.2.0/24"),
        ("ip6tables", "2001:db8::7"),
        ("ip6tables", "2001:db8::/32"),
    ] {
        let said = from(command, source);
        assert!(said.contains(&format!(" from {source} to")), "{said}");
    }
}
