//! Lines that people paste: understood as the same rule, or refused at the word.

mod refused;

use std::net::Ipv4Addr;

use firmware::router::clamp_rule::{
    Ceiling, ClampRule, FlagMatch, IpVersion, MAX_CLAMP_RULES, Match, Ports, Prefix, Span,
};

use super::explain::explain;
use super::{Interfaces, Rule, Rules, typed};

const TO_PMTU: ClampRule = ClampRule::every_syn(Ceiling::LinkMtu);
const TO_1400: ClampRule = ClampRule::every_syn(Ceiling::MaxMss(1400));
const SYN_OR_RST: FlagMatch = FlagMatch {
    mask: 0x02,
    value: 0x02,
};

fn selection(text: &str) -> ClampRule {
    match Rule::parse(text) {
        Ok(rule) => rule.selection,
        Err(refused) => panic!("{refused}"),
    }
}

fn ipv4(rule: ClampRule) -> ClampRule {
    let version = Some(IpVersion::V4);
    ClampRule { version, ..rule }
}

#[test]
fn lines_of_all_dialects_that_say_the_same_are_the_same_rule() {
    for text in [
        "iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu",
        "sudo iptables -I FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu",
        "/sbin/iptables-legacy -I FORWARD 1 -p 6 -m tcp --tcp-flags syn,rst syn -j TCPMSS --clamp-mss-to-pmtu",
        "iptables --wait 5 --table mangle --append POSTROUTING --protocol TCP --tcp-flags SYN,RST SYN --jump TCPMSS --clamp-mss-to-pmtu",
        "iptables -tmangle -AFORWARD -ptcp --tcp-flags=SYN,RST SYN -jTCPMSS --clamp-mss-to-pmtu",
        "iptables -A FORWARD -p tcp --tcp-flags SYN,RST SYN \\\n  -m comment --comment 'for the DSL line' \\\n -j TCPMSS --clamp-mss-to-pmtu # here",
        "firewall-cmd --permanent --direct --add-passthrough ipv4 -t mangle -I FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu",
        "firewall-cmd --direct --add-rule ipv4 mangle FORWARD 0 -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu",
        "nft add rule ip filter forward tcp flags syn / syn,rst tcp option maxseg size set rt mtu",
        "nft add rule filter forward tcp flags & (syn|rst) == syn counter tcp option maxseg size set rt mtu",
        "sudo nft 'insert rule ip mangle forward position 3 tcp flags & (syn | rst) == syn counter packets 1 bytes 52 tcp option maxseg size set rt mtu comment \"x\"'",
        "meta nfproto ipv4 tcp flags & (rst|syn) == syn tcp option maxseg size set rt mtu accept",
    ] {
        assert_eq!(selection(text), ipv4(TO_PMTU), "{text}");
    }
    for text in [
        "-A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1400",
        "nft add rule inet filter forward tcp flags syn/syn,rst tcp option maxseg size set 1400",
        "tcp flags & (syn|rst) == syn tcp option maxseg size set 1400",
    ] {
        assert_eq!(selection(text), TO_1400, "{text}");
    }
    for text in [
        "tcp flags syn tcp option maxseg size set 1400",
        "tcp flags & syn != 0 tcp option maxseg size set 1400",
        "firewall-cmd --permanent --policy=lan-wan --add-rich-rule='rule tcp-mss-clamp value=\"1400\"'",
        "firewall-cmd --zone public --add-rich-rule 'rule priority=\"-5\" tcp-mss-clamp value=1400'",
        "rule tcp-mss-clamp value=\"1400\"",
    ] {
        let flags = SYN_OR_RST;
        assert_eq!(selection(text), ClampRule { flags, ..TO_1400 }, "{text}");
    }
}

#[test]
fn what_a_rule_asks_is_all_in_its_selection() {
    let prefix = |address: [u8; 4], len| Prefix {
        address: Ipv4Addr::from(address).into(),
        len,
    };
    let asked = ClampRule {
        source: Match::In(prefix([192, 168, 0, 0], 16)),
        destination: Match::NotIn(prefix([198, 51, 100, 7], 32)),
        source_port: Match::In(Span {
            from: 1024,
            to: 65535,
        }),
        destination_port: Match::NotIn(Span { from: 25, to: 25 }),
        mss: Match::In(Span {
            from: 1401,
            to: 65535,
        }),
        ..ipv4(TO_1400)
    };
    assert_eq!(
        selection(
            "iptables -A FORWARD -s 192.168.0.0/255.255.0.0 ! -d 198.51.100.7 -p tcp --tcp-flags SYN,RST SYN \
             --sport 1024: ! --dport 25 -m tcpmss --mss 1401: -j TCPMSS --set-mss 1400"
        ),
        asked
    );
    assert_eq!(
        selection(
            "nft add rule inet f c ip saddr 192.168.0.0/16 ip daddr != 198.51.100.7 tcp flags syn / syn,rst \
             tcp sport 1024-65535 tcp dport != 25 tcp option maxseg size > 1400 tcp option maxseg size set 1400"
        ),
        asked
    );
    let rule =
        Rule::parse("-A FORWARD -i eth+ ! -o ppp0 -p tcp --syn -j TCPMSS --set-mss 1400").unwrap();
    let (ingress, egress) = (rule.ingress.clone().unwrap(), rule.egress.clone().unwrap());
    assert!(ingress.is_prefix && !ingress.is_negated && ingress.name == "eth");
    assert!(!egress.is_prefix && egress.is_negated && egress.name == "ppp0");
    assert_eq!(
        rule.selection.flags,
        FlagMatch {
            mask: 0x17,
            value: 0x02
        }
    );
}

#[test]
fn interfaces_become_ports_or_are_refused() {
    let rule = |interfaces: &str| {
        let words = format!("-A FORWARD {interfaces} -p tcp --syn -j TCPMSS --set-mss 1400");
        Rule::parse(&words).unwrap()
    };
    let here = Interfaces::between("eth0", "ppp0");
    let ports = |words: &str| {
        let rule = rule(words)
            .between(&here)
            .map_err(|error| error.why().to_owned())?;
        Ok::<_, String>((rule.ingress, rule.egress))
    };
    let (left, right) = (Ports::lan(0), Ports::WAN);
    assert_eq!(ports(""), Ok((Ports::ALL, Ports::ALL)));
    assert_eq!(ports("-i eth0 -o ppp0"), Ok((left, right)));
    assert_eq!(ports("-o ppp+"), Ok((Ports::ALL, right)));
    assert_eq!(ports("-i +"), Ok((left.or(right), Ports::ALL)));
    let (_, not_right) = ports("! -o ppp0").unwrap();
    assert!(not_right.meets(left) && !not_right.meets(right));
    assert_eq!(
        ports("-o ppp1"),
        Err("no such interface here: there are eth0 and ppp0".into())
    );
    let refused = rule("-o ppp0").between(&Interfaces::unknown()).unwrap_err();
    assert_eq!(refused.word(), "ppp0");
    assert!(refused.why().contains("a capture doesn't say"), "{refused}");

    let input = Rule::parse("-A INPUT -p tcp --syn -j TCPMSS --set-mss 1400").unwrap();
    assert_eq!(input.between(&here).unwrap_err().word(), "INPUT");
    assert!(input.between(&Interfaces::unknown()).is_ok());
}

#[test]
fn the_mtu_must_be_known_and_the_rules_few() {
    let to_pmtu = Rule::parse("tcp flags syn tcp option maxseg size set rt mtu").unwrap();
    let unknown = Interfaces::unknown();
    let refused = Rules::new(std::slice::from_ref(&to_pmtu), &unknown, None).unwrap_err();
    assert_eq!(refused.word(), "rt mtu");
    assert!(refused.why().contains("--link-mtu"), "{refused}");
    let many = vec![to_pmtu; MAX_CLAMP_RULES + 1];
    let refused = typed(&many, &unknown).unwrap_err();
    assert!(refused.why().contains("room for 16"), "{refused}");
}

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
