//! The parser of rules takes any text: it answers in bounded time, never panics, and what it refuses is
//! a word that is there.

use host_sim::rules::explain::explain;
use host_sim::rules::{Interfaces, Rule, RuleError, Rules};
use proptest::prelude::*;

/// What rules are made of, so that random text gets far into the parser.
const PIECES: [&str; 78] = [
    "iptables",
    "ip6tables-nft",
    "sudo ",
    "/sbin/iptables",
    "nft",
    "firewall-cmd",
    "add",
    "insert",
    "rule",
    "inet",
    "ip",
    "ip6",
    "filter",
    "forward",
    "-A",
    "-I",
    "-t",
    "mangle",
    "FORWARD",
    "POSTROUTING",
    "-p",
    "tcp",
    "--tcp-flags",
    "SYN,RST",
    "SYN",
    "--syn",
    "-j",
    "TCPMSS",
    "--clamp-mss-to-pmtu",
    "--set-mss",
    "1400",
    "47",
    "99999",
    "-m",
    "tcpmss",
    "--mss",
    "1400:1500",
    ":",
    "-s",
    "-d",
    "10.0.0.0/8",
    "2001:db8::/32",
    "--dport",
    "--sport",
    "80",
    "-o",
    "-i",
    "ppp+",
    "!",
    "!=",
    "==",
    "flags",
    "&",
    "(",
    "|",
    ")",
    "syn",
    "rst",
    "/",
    ",",
    "option",
    "maxseg",
    "size",
    "set",
    "rt",
    "mtu",
    ">",
    "oifname",
    "saddr",
    "meta",
    "--direct",
    "--add-passthrough",
    "--add-rule",
    "ipv4",
    "--add-rich-rule='rule",
    "tcp-mss-clamp value=\"1400\"'",
    "'",
    "é\u{1f980}",
];

/// Pieces with a blank, nothing, or something odd in between.
fn nearly_a_rule() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => proptest::sample::select(&PIECES[..]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    let gap = prop_oneof![
        8 => Just(" "),
        1 => proptest::sample::select(&["", "\t", "\n", "\\\n", "=", "\"", "#", "$", "\0"][..]),
    ];
    proptest::collection::vec((piece, gap), 0..24).prop_map(|pieces| {
        pieces
            .into_iter()
            .flat_map(|(piece, gap)| [piece, gap.to_owned()])
            .collect()
    })
}

/// Lines that are taken, to be damaged.
const TAKEN: [&str; 5] = [
    "iptables -t mangle -A FORWARD -s 10.0.0.0/8 -o ppp0 -p tcp --tcp-flags SYN,RST SYN --dport 80:443 -m tcpmss --mss 1400: -j TCPMSS --clamp-mss-to-pmtu",
    "nft add rule inet filter forward oifname \"ppp0\" ip saddr != 10.0.0.0/8 tcp flags & (syn|rst) == syn tcp option maxseg size set rt mtu",
    "tcp flags syn / syn,rst tcp dport 80-443 tcp option maxseg size > 1400 counter tcp option maxseg size set 1400",
    "firewall-cmd --permanent --policy lan-wan --add-rich-rule='rule family=\"ipv4\" source address=\"10.0.0.0/8\" tcp-mss-clamp value=\"1400\"'",
    "firewall-cmd --direct --add-rule ipv6 mangle FORWARD 0 -p tcp --syn -j TCPMSS --set-mss 1220",
];

fn assert_points_inside(text: &str, refused: &RuleError) {
    let at = refused.at();
    assert!(
        at.start <= at.end && at.end <= text.len(),
        "{at:?} of {}",
        text.len()
    );
    assert_eq!(text.get(at), Some(refused.word()), "cuts a character");
    assert_eq!(refused.text(), text);
    assert!(!refused.why().is_empty());
    let shown = refused.to_string();
    let lines: Vec<&str> = shown.rsplitn(3, '\n').collect();
    assert_eq!(lines.len(), 3, "{shown}");
    assert!(
        lines[0].trim_start().chars().all(|char| char == '^'),
        "{shown}"
    );
    assert!(shown.len() < 2000, "{shown}");
}

/// What must hold of any text.
fn assert_answers(text: &str) {
    match Rule::parse(text) {
        Err(refused) => assert_points_inside(text, &refused),
        Ok(rule) => {
            assert_eq!(Rule::parse(rule.text()).as_ref(), Ok(&rule));
            assert!(
                explain(&rule, Some(1492))
                    .sentence
                    .starts_with("Lowers the MSS of")
            );
            for interfaces in [Interfaces::unknown(), Interfaces::between("eth0", "ppp0")] {
                if let Err(refused) = Rules::new(std::slice::from_ref(&rule), &interfaces, None) {
                    assert_points_inside(text, &refused);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        assert_answers(&text);
    }

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        assert_answers(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn what_is_nearly_a_rule_is_answered(text in nearly_a_rule()) {
        assert_answers(&text);
    }

    #[test]
    fn damaged_rules_are_answered(
        number in 0..TAKEN.len(),
        places in proptest::collection::vec((any::<prop::sample::Index>(), any::<char>(), 0..3_u8), 1..4),
    ) {
        let mut chars: Vec<char> = TAKEN[number].chars().collect();
        for (place, char, how) in places {
            let place = place.index(chars.len());
            match how {
                0 => chars[place] = char,
                1 => chars.insert(place, char),
                _ => { chars.remove(place); }
            }
        }
        assert_answers(&chars.into_iter().collect::<String>());
    }
}

#[test]
fn the_rules_that_are_damaged_are_taken_whole() {
    for text in TAKEN {
        if let Err(refused) = Rule::parse(text) {
            panic!("{refused}");
        }
    }
}
