//! TCP flags by name (RFC 9293, section 3.1; RFC 3168, section 23.2).

use firmware::router::clamp_rule::{FlagMatch, Syn};

/// The names that iptables knows.
pub(super) const IPTABLES: [(&str, u8); 6] = [
    ("FIN", 0x01),
    ("SYN", 0x02),
    ("RST", 0x04),
    ("PSH", 0x08),
    ("ACK", 0x10),
    ("URG", 0x20),
];

/// The names that nft knows.
pub(super) const NFT: [(&str, u8); 8] = [
    ("fin", 0x01),
    ("syn", 0x02),
    ("rst", 0x04),
    ("psh", 0x08),
    ("ack", 0x10),
    ("urg", 0x20),
    ("ecn", 0x40),
    ("cwr", 0x80),
];

/// Both bits of ECN (RFC 3168), which a SYN that offers it has set.
pub(super) const ECN_SETUP: u8 = 0xc0;

/// The flag of this name.
pub(super) fn of_name(names: &[(&str, u8)], name: &str) -> Option<u8> {
    let found = names.iter().find(|(known, _)| *known == name);
    found.map(|&(_, flag)| flag)
}

/// Why a match on flags can't be honoured, if it can't: only SYNs without RST are ever clamped, and a
/// rule that meets none of them would do nothing.
pub(super) fn refusal(flags: FlagMatch) -> Option<&'static str> {
    let FlagMatch { mask, value } = flags;
    if value & !mask != 0 {
        Some("asks for a flag that is not looked at: no segment is like this")
    } else if mask & Syn::SYN != 0 && value & Syn::SYN == 0 {
        Some("only SYNs carry an MSS, and this asks for segments without SYN")
    } else if value & Syn::RST != 0 {
        Some("a SYN with RST opens nothing and is never clamped")
    } else {
        None
    }
}
