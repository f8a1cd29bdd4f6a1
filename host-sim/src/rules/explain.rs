//! What a rule does, in a sentence, and what it doesn't.

use std::fmt::Write as _;

use firmware::router::clamp_rule::{Ceiling, FlagMatch, IpVersion, Match, Prefix, Span, Syn};
use serde::Serialize;

use super::flags::ECN_SETUP;
use super::rule::{Dialect, Hook, InterfaceMatch, Rule};

/// A rule in words.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation<'a> {
    /// The rule as it was given.
    pub rule: &'a str,
    /// What it does.
    pub sentence: String,
    /// The ceilings, in bytes of TCP payload, as far as they are known.
    pub ceiling: Ceilings,
    /// What it doesn't, and where Linux would do otherwise.
    pub notes: Vec<Note>,
}

/// What a rule clamps to, in bytes of TCP payload; nothing where it clamps nothing, or to the MTU of a
/// link that was not named.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Ceilings {
    /// For IPv4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv4: Option<u32>,
    /// For IPv6.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv6: Option<u32>,
    /// Whether they are those of the link.
    pub from_link_mtu: bool,
}

/// Something to know about a rule.
#[derive(Clone, Debug, Serialize)]
pub struct Note {
    /// For machines.
    pub key: &'static str,
    /// For people.
    pub words: String,
}

const IPV4_HEADERS_BYTES: u32 = 40;
const IPV6_HEADERS_BYTES: u32 = 60;

/// Explains `rule`, on a link of `link_mtu_bytes` if that is known.
#[must_use]
pub fn explain(rule: &Rule, link_mtu_bytes: Option<u32>) -> Explanation<'_> {
    let ceiling = ceilings(rule, link_mtu_bytes);
    Explanation {
        rule: rule.text(),
        sentence: sentence(rule, link_mtu_bytes),
        ceiling,
        notes: notes(rule),
    }
}

fn takes(rule: &Rule, version: IpVersion) -> bool {
    rule.selection.version.is_none_or(|asked| asked == version)
}

fn ceilings(rule: &Rule, link_mtu_bytes: Option<u32>) -> Ceilings {
    let of = |version, headers_bytes| {
        if !takes(rule, version) {
            return None;
        }
        match rule.selection.ceiling {
            Ceiling::MaxMss(mss) => Some(u32::from(mss)),
            Ceiling::LinkMtu => Some(link_mtu_bytes?.saturating_sub(headers_bytes)),
        }
    };
    Ceilings {
        ipv4: of(IpVersion::V4, IPV4_HEADERS_BYTES),
        ipv6: of(IpVersion::V6, IPV6_HEADERS_BYTES),
        from_link_mtu: rule.needs_link_mtu(),
    }
}

/// Which halves of the handshake a rule takes.
fn halves(flags: FlagMatch) -> (bool, bool) {
    (flags.admits(Syn::SYN), flags.admits(Syn::SYN | Syn::ACK))
}

fn sentence(rule: &Rule, link_mtu_bytes: Option<u32>) -> String {
    let selection = &rule.selection;
    let mut words = String::from("Lowers the MSS of ");
    words += match halves(selection.flags) {
        (true, true) => "TCP SYNs and SYN-ACKs",
        (true, false) => "TCP SYNs (not of SYN-ACKs)",
        (false, true) => "TCP SYN-ACKs (not of SYNs)",
        (false, false) => "TCP SYNs with unusual flags",
    };
    words += match selection.version {
        Some(IpVersion::V4) => " over IPv4",
        Some(IpVersion::V6) => " over IPv6",
        None => " over IPv4 and IPv6",
    };
    words += &address(" from ", selection.source);
    words += &address(" to ", selection.destination);
    words += &span(" from port", selection.source_port);
    words += &span(" to port", selection.destination_port);
    words += &interface(" that come in by ", rule.ingress.as_ref());
    let and = if rule.ingress.is_some() {
        " and leave by "
    } else {
        " that leave by "
    };
    words += &interface(and, rule.egress.as_ref());
    words += &match selection.mss {
        Match::Any => String::new(),
        Match::In(asked) => format!(", if they ask for {} bytes,", numbers(asked)),
        Match::NotIn(asked) => format!(", unless they ask for {} bytes,", numbers(asked)),
    };
    words += " to ";
    words += &target(rule, link_mtu_bytes);
    words.push('.');
    words
}

/// What it is lowered to.
fn target(rule: &Rule, link_mtu_bytes: Option<u32>) -> String {
    let less = match rule.selection.version {
        Some(IpVersion::V4) => "less 40 bytes of headers",
        Some(IpVersion::V6) => "less 60 bytes of headers",
        None => "less 40 bytes of headers (60 for IPv6)",
    };
    match (rule.selection.ceiling, link_mtu_bytes) {
        (Ceiling::MaxMss(mss), _) => format!("{mss} bytes"),
        (Ceiling::LinkMtu, None) => format!("what the link carries: its MTU {less}"),
        (Ceiling::LinkMtu, Some(mtu_bytes)) => {
            let Ceilings { ipv4, ipv6, .. } = ceilings(rule, link_mtu_bytes);
            let values: Vec<String> = [ipv4, ipv6].iter().flatten().map(u32::to_string).collect();
            format!(
                "{} bytes: what a link of {mtu_bytes} carries, {less}",
                values.join(" or ")
            )
        }
    }
}

fn address(words: &str, asked: Match<Prefix>) -> String {
    let text = |prefix: Prefix| match (prefix.address, prefix.len) {
        (address, 32) if address.is_ipv4() => address.to_string(),
        (address, 128) => address.to_string(),
        (address, len) => format!("{address}/{len}"),
    };
    match asked {
        Match::Any => String::new(),
        Match::In(prefix) => format!("{words}{}", text(prefix)),
        Match::NotIn(prefix) => format!("{words}anywhere but {}", text(prefix)),
    }
}

fn span(words: &str, asked: Match<Span>) -> String {
    match asked {
        Match::Any => String::new(),
        Match::In(ports) => format!("{words} {}", numbers(ports)),
        Match::NotIn(ports) => format!("{words}s other than {}", numbers(ports)),
    }
}

fn numbers(span: Span) -> String {
    if span.from == span.to {
        span.from.to_string()
    } else {
        format!("{} to {}", span.from, span.to)
    }
}

fn interface(words: &str, asked: Option<&InterfaceMatch>) -> String {
    let Some(asked) = asked else {
        return String::new();
    };
    let mut text = words.to_owned();
    text += if asked.is_negated {
        "any interface but "
    } else {
        ""
    };
    text += match (asked.is_prefix, asked.name.is_empty()) {
        (true, true) => "any interface",
        (true, false) => "interfaces that begin with ",
        (false, _) => "",
    };
    text + &asked.name
}

fn notes(rule: &Rule) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut note = |key, words: String| notes.push(Note { key, words });
    let selection = &rule.selection;
    if let Some(words) = one_half(rule) {
        note("one-half", words);
    }
    if let Some((this, other)) = match selection.version {
        Some(IpVersion::V4) => Some(("IPv4", "IPv6")),
        Some(IpVersion::V6) => Some(("IPv6", "IPv4")),
        None => None,
    } && rule.addresses().next().is_none()
    {
        note(
            "one-ip-version",
            format!("{this} only: connections over {other} need a rule of their own"),
        );
    }
    match selection.ceiling {
        Ceiling::MaxMss(mss) => {
            let mut words = format!("never raises: an MSS of {mss} or less stays what it is.");
            if takes(rule, IpVersion::V4) {
                let _ = write!(words, " Over IPv4 it fits links of {} bytes", u32::from(mss) + 40);
            }
            if takes(rule, IpVersion::V6) {
                let and = if takes(rule, IpVersion::V4) { "," } else { "" };
                let _ = write!(
                    words,
                    "{and} over IPv6, whose header is larger, links of {} bytes",
                    u32::from(mss) + 60
                );
            }
            note("fixed", words + "; it does not follow the link's MTU");
        }
        Ceiling::LinkMtu => note(
            "link-mtu",
            "the MTU is that of --link-mtu in clamp, check and bridge (less what PPPoE and the like \
             take up in front of the packet); in router, the smaller one of both ports, and less \
             where the path is known to carry less"
                .into(),
        ),
    }
    if rule.dialect == Dialect::Iptables {
        note(
            "missing-mss",
            "TCPMSS puts an option into a SYN that has none; here only --insert-missing does, with 536 \
             (1220 for IPv6) or less"
                .into(),
        );
    } else {
        note(
            "missing-mss",
            "a SYN without an MSS option stays without one, unless --insert-missing is given"
                .into(),
        );
    }
    if rule.takes_resets {
        note(
            "syn-rst",
            "its words match a SYN with RST, too, which Linux then rewrites; here such a segment is \
             never touched"
                .into(),
        );
    }
    if selection.flags.mask & ECN_SETUP != 0 {
        note(
            "exact-flags",
            "looks at ECN's flags, too: a SYN that offers ECN (RFC 3168) has them set".into(),
        );
    }
    let names_chain = matches!(rule.dialect, Dialect::Iptables | Dialect::RouterOs);
    if !names_chain || rule.hook.is_some_and(|hook| hook != Hook::Forward) {
        note("hook", hook_words(rule));
    }
    note(
        "order",
        "of several rules, the first that matches wins; Linux would apply all that match, so that the \
         lowest ceiling wins"
            .into(),
    );
    if rule.dialect != Dialect::Cisco {
        note(
            "better-than-linux",
            "where Linux does harm, this doesn't follow: all MSS options are lowered, not just the \
             first; the checksum is right at odd offsets, too; what AH or TCP-AO signs is not touched"
                .into(),
        );
    }
    notes
}

/// A clamp cures both directions only when it sees both halves of the handshake.
fn one_half(rule: &Rule) -> Option<String> {
    let way = match (&rule.ingress, &rule.egress) {
        (None, Some(asked)) if !asked.name.is_empty() => {
            return Some(format!(
                "one direction only: a SYN that leaves by {name} tells the far end what it may send, so \
                 downloads through {name} are cured; the answer comes in by {name} and keeps its MSS, so \
                 uploads are not, unless a rule with the other direction joins it",
                name = asked.name
            ));
        }
        (Some(asked), None) if !asked.name.is_empty() => {
            return Some(format!(
                "one direction only: what comes in by {name} tells this side what it may send, so uploads \
                 through {name} are cured; the SYN that leaves by {name} keeps its MSS, so downloads are \
                 not, unless a rule with the other direction joins it",
                name = asked.name
            ));
        }
        (Some(_), Some(_)) => "these interfaces in this order",
        _ => match halves(rule.selection.flags) {
            (true, false) => "SYNs, and the SYN-ACK that answers",
            (false, true) => "SYN-ACKs, and the SYN that they answer",
            _ if rule.selection.source != Match::Any
                || rule.selection.destination != Match::Any
                || rule.selection.source_port != Match::Any
                || rule.selection.destination_port != Match::Any =>
            {
                "these addresses and ports in this order"
            }
            _ => return None,
        },
    };
    let rest = if way.contains("answer") {
        " keeps its MSS: what the other side may send is limited, and not what this one may"
    } else {
        ": the other half of the handshake has them the other way round and keeps its MSS"
    };
    Some(format!("one direction only: it takes {way}{rest}"))
}

fn hook_words(rule: &Rule) -> String {
    match (rule.dialect, rule.hook, &rule.zone) {
        (Dialect::Firewalld, _, Some(zone)) => format!(
            "which interfaces firewalld's {zone} stands between, this line doesn't say: here it is for \
             all packets that pass through"
        ),
        (Dialect::Firewalld, ..) => {
            "firewalld applies it in a policy or zone, which this line doesn't \
                                     name: here it is for all packets that pass through"
                .into()
        }
        (Dialect::Cisco, ..) => {
            "an interface takes what comes in and what leaves; which one, this line \
             doesn't say: here it is for all packets that pass through"
                .into()
        }
        (Dialect::Nft, ..) => {
            "which packets come by depends on the hook of its chain, which this line \
                               doesn't say: here it is for all packets that pass through"
                .into()
        }
        (_, Some(Hook::Postrouting), _) => "POSTROUTING also sees what the box itself sends".into(),
        (_, Some(Hook::Prerouting), _) => "PREROUTING also sees what is for the box itself".into(),
        (Dialect::Iptables | Dialect::RouterOs, ..) => {
            "its chain sees only the box's own connections: it does nothing for \
                                    those that pass through, and bridge and router refuse it"
                .into()
        }
    }
}
