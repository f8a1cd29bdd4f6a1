//! Two lines of other makers: Cisco IOS's `ip tcp adjust-mss`, and RouterOS's `change-mss`.

use firmware::router::clamp_rule::{Ceiling, FlagMatch, IpVersion, Match};

use super::draft::{Draft, End, asked};
use super::error::RuleError;
use super::flags::{NFT, of_name};
use super::numbers::{self, Masks};
use super::rule::{Dialect, Hook, Rule};
use super::words::{Operators, Word, split};

const ADJUST: &str = "only `tcp adjust-mss N` is understood here";
const MANGLE: &str = "only `firewall mangle add` is understood here";

/// `ip tcp adjust-mss N`, or `ipv6`.
pub(super) fn parse_cisco(text: &str) -> Result<Rule, RuleError> {
    let mut draft = Draft::new(text, Dialect::Cisco);
    let words = split(text, Operators::Shell)?;
    let [family, rest @ ..] = words.as_slice() else {
        return draft.unfinished(ADJUST);
    };
    let version = if family.text() == "ipv6" {
        IpVersion::V6
    } else {
        IpVersion::V4
    };
    draft.only(version, &family.at)?;
    let mut rest = rest.iter();
    for expected in ["tcp", "adjust-mss"] {
        match rest.next() {
            Some(word) if word.text() == expected => {}
            Some(word) => return draft.refuse(&word.at, ADJUST),
            None => return draft.unfinished(ADJUST),
        }
    }
    let Some(value) = rest.next() else {
        return draft.unfinished("the MSS is missing");
    };
    match numbers::number(&value.text()) {
        Ok(mss) => draft.ceiling(Ceiling::MaxMss(mss), &value.at)?,
        Err(why) => return draft.refuse(&value.at, why),
    }
    if let Some(word) = rest.next() {
        return draft.refuse(&word.at, "stands behind the MSS");
    }
    draft.flags(FlagMatch::SYN_WITHOUT_RST, &family.at)?;
    draft.finish(ADJUST)
}

/// `/ip firewall mangle add chain=forward protocol=tcp tcp-flags=syn action=change-mss new-mss=N`
pub(super) fn parse_routeros(text: &str) -> Result<Rule, RuleError> {
    let mut draft = Draft::new(text, Dialect::RouterOs);
    let words = split(text, Operators::Shell)?;
    let (path, properties) = words.split_at(words.len().min(4));
    let version = match path.first().map(Word::text).as_deref() {
        Some("/ipv6" | "ipv6") => IpVersion::V6,
        _ => IpVersion::V4,
    };
    if let Some(family) = path.first() {
        draft.only(version, &family.at)?;
    }
    for (place, expected) in ["firewall", "mangle", "add"].into_iter().enumerate() {
        match path.get(place + 1) {
            Some(word) if word.text() == expected => {}
            Some(word) => return draft.refuse(&word.at, MANGLE),
            None => return draft.unfinished(MANGLE),
        }
    }
    let (mut is_tcp, mut is_change) = (false, false);
    for word in properties {
        let Some((name, value)) = word.split_once('=') else {
            return draft.refuse(
                &word.at,
                "a property and its value were expected: name=value",
            );
        };
        let name = name.text();
        match (name.as_str(), value.text().as_str()) {
            ("protocol", "tcp") => is_tcp = true,
            ("action", "change-mss") => is_change = true,
            ("passthrough", "yes" | "no") | ("disabled", "no") | ("comment", _) => {}
            (_, text) => property(&mut draft, &name, text, &value)?,
        }
    }
    if !is_change {
        return draft.unfinished("action=change-mss is missing");
    }
    if !is_tcp {
        return draft.unfinished("protocol=tcp is missing");
    }
    if draft.flags.is_none() {
        return draft.unfinished("tcp-flags=syn is missing");
    }
    if draft.hook.is_none() {
        return draft.unfinished("chain=forward is missing, or another chain");
    }
    draft.finish("new-mss=clamp-to-pmtu is missing, or with a number")
}

/// A property that asks something of a SYN, or says what it is lowered to.
fn property(draft: &mut Draft<'_>, name: &str, text: &str, value: &Word) -> Result<(), RuleError> {
    let at = &value.at;
    let (inner, is_negated) = match text.strip_prefix('!') {
        Some(inner) => (inner, true),
        None => (text, false),
    };
    let span = |draft: &Draft<'_>| match numbers::span(inner, '-', false) {
        Ok(span) => Ok(asked(span, is_negated)),
        Err(why) => draft.refuse::<Match<_>>(at, why),
    };
    let end = if name.starts_with("src") || name.starts_with("in-") {
        End::Source
    } else {
        End::Destination
    };
    match name {
        "chain" => match Hook::of_chain(&text.to_ascii_uppercase()) {
            Some(hook) if text.chars().all(|char| char.is_ascii_lowercase()) => {
                draft.hook(hook, at)
            }
            _ => draft.refuse(at, "forward, postrouting, prerouting, input or output"),
        },
        "src-address" | "dst-address" => match numbers::prefix(inner, Masks::Length) {
            Ok(prefix) => draft.address(end, asked(prefix, is_negated), at),
            Err(why) => draft.refuse(at, why),
        },
        "src-port" | "dst-port" => {
            let ports = span(draft)?;
            draft.port(end, ports, at)
        }
        // No wildcard ends an interface's name in RouterOS.
        "in-interface" | "out-interface" => draft.interface(end, inner, '\0', is_negated, at),
        "tcp-mss" => {
            let mss = span(draft)?;
            draft.mss(mss, at)
        }
        "tcp-flags" => {
            let (mut mask, mut set) = (0, 0);
            for name in text.split(',') {
                let (name, is_set) = match name.strip_prefix('!') {
                    Some(name) => (name, false),
                    None => (name, true),
                };
                let Some(flag) = of_name(&NFT[..6], name) else {
                    return draft.refuse(at, "the flags are fin, syn, rst, psh, ack and urg");
                };
                mask |= flag;
                set |= if is_set { flag } else { 0 };
            }
            draft.flags(FlagMatch { mask, value: set }, at)
        }
        "new-mss" if text == "clamp-to-pmtu" => draft.ceiling(Ceiling::LinkMtu, at),
        "new-mss" => match numbers::number(text) {
            Ok(mss) => draft.ceiling(Ceiling::MaxMss(mss), at),
            Err(why) => draft.refuse(at, format!("clamp-to-pmtu, or a value: {why}")),
        },
        _ => draft.refuse(&(at.start.saturating_sub(name.len() + 1)..at.end), UNKNOWN),
    }
}

const UNKNOWN: &str = "nothing that is known here, or that a clamp can honour";

#[cfg(test)]
mod tests {
    use super::super::Rule;
    use super::*;
    use firmware::router::clamp_rule::{ClampRule, Span};

    #[test]
    fn the_lines_that_their_manuals_show_are_understood() {
        let cisco = Rule::parse("ip tcp adjust-mss 1452").unwrap();
        let to_1452 = ClampRule::every_syn(Ceiling::MaxMss(1452));
        let version = Some(IpVersion::V4);
        assert_eq!(cisco.selection, ClampRule { version, ..to_1452 });
        let routeros = Rule::parse(
            "/ip firewall mangle add chain=forward action=change-mss new-mss=1452 passthrough=yes \
             tcp-flags=syn,!rst protocol=tcp out-interface=pppoe-out1 tcp-mss=1453-65535 comment=\"DSL line\"",
        )
        .unwrap();
        let mss = Match::In(Span {
            from: 1453,
            to: 65535,
        });
        let asked = ClampRule {
            version,
            mss,
            ..to_1452
        };
        assert_eq!(routeros.selection, asked);
        assert_eq!(routeros.egress.unwrap().name, "pppoe-out1");
    }

    #[test]
    fn what_they_have_besides_is_refused_at_its_word() {
        let add = "/ip firewall mangle add";
        for (text, word) in [
            ("ip tcp path-mtu-discovery", "path-mtu-discovery"),
            ("ip tcp adjust-mss 40", "40"),
            ("ipv6 tcp adjust-mss 1432 rx", "rx"),
            ("/ip firewall nat add chain=forward", "nat"),
            (&format!("{add} chain=forward protocol=udp"), "protocol=udp"),
            (&format!("{add} chain=mine"), "mine"),
            (
                &format!("{add} connection-state=new"),
                "connection-state=new",
            ),
            (&format!("{add} chain=forward protocol=tcp"), ""),
            (&format!("{add} new-mss=clamp"), "clamp"),
        ] {
            let refused = Rule::parse(text).unwrap_err();
            assert_eq!(refused.word(), word, "{refused}");
        }
    }
}
