//! Rules by seed: what each asks, and the words for it.

use std::net::IpAddr;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use tests::lab::{LEFT_V4, LEFT_V6, RIGHT_V4, RIGHT_V6};
use tests::linux::selection::{Asked, Selection};
use tests::linux::{Engine, IpVersion, Rule};

/// A rule in words, and what it means.
pub(super) struct RandomRule {
    /// A line that a shell would take.
    pub(super) text: String,
    pub(super) selection: Selection,
    pub(super) ceiling: Rule,
}

/// What is asked, and how it is written.
type Written<T> = (Option<Asked<T>>, String);

/// How the tools of an engine are called behind the dash.
pub(super) fn variant(engine: Engine) -> &'static str {
    match engine {
        Engine::IptablesLegacy => "legacy",
        Engine::IptablesNft | Engine::Nft => "nft",
    }
}

impl RandomRule {
    pub(super) fn new(rng: &mut ChaCha8Rng, engine: Engine) -> RandomRule {
        match engine {
            Engine::Nft => nft(rng),
            Engine::IptablesLegacy | Engine::IptablesNft => iptables(rng, engine),
        }
    }
}

fn iptables(rng: &mut ChaCha8Rng, engine: Engine) -> RandomRule {
    let version = pick(rng, &[IpVersion::V4, IpVersion::V6]);
    let family = match version {
        IpVersion::V4 => "",
        IpVersion::V6 => "6",
    };
    let (table, chain) = pick(
        rng,
        &[
            ("", "FORWARD"),
            ("-t mangle ", "FORWARD"),
            ("--table=mangle ", "POSTROUTING"),
            ("-t mangle ", "PREROUTING"),
        ],
    );
    let add = pick(rng, &["-A", "-I", "--append", "--insert"]);
    let (source, from) = prefix(rng, sides(version)[0], &["-s ", "--source ", "--src "]);
    let (destination, to) = prefix(rng, sides(version)[1], &["-d ", "--destination ", "--dst "]);
    let (names_ingress, ingress) =
        interface(rng, "left", "right", "-i ", '+', chain != "POSTROUTING");
    let (names_egress, egress) = interface(rng, "right", "left", "-o ", '+', chain != "PREROUTING");
    let (source_port, from_port) = ports(rng, ':', &["--sport ", "--source-port "]);
    let (destination_port, to_port) = ports(rng, ':', &["--dport ", "--destination-port="]);
    let (flags, flag_words) = pick(
        rng,
        &[
            ((0x06, 0x02), "--tcp-flags SYN,RST SYN"),
            ((0x06, 0x02), "-m tcp --tcp-flags RST,SYN SYN"),
            ((0x17, 0x02), "--syn"),
            ((0x02, 0x02), "--tcp-flags SYN SYN"),
            ((0x16, 0x12), "--tcp-flags SYN,RST,ACK SYN,ACK"),
            ((0x3f, 0x02), "--tcp-flags ALL SYN"),
        ],
    );
    let (mss, mss_words) = if rng.random_bool(0.4) {
        let (mss, words) = mss_span(rng, ':');
        let negated = rng.random_bool(0.3);
        let not = if negated { "! " } else { "" };
        let asked = Asked {
            value: mss,
            negated,
        };
        (Some(asked), format!("-m tcpmss {not}--mss {words}"))
    } else {
        (None, String::new())
    };
    let can_follow = chain != "PREROUTING";
    let (ceiling, ceiling_words) = if can_follow && rng.random_bool(0.5) {
        (Rule::RouteMtu, "--clamp-mss-to-pmtu".to_owned())
    } else {
        let mss = fixed(rng);
        (Rule::Fixed(mss), format!("--set-mss {mss}"))
    };
    // What the tools take in any order, in any order.
    let mut by_ip = [from, to, ingress, egress];
    shuffle(rng, &mut by_ip);
    let mut by_tcp = [from_port, to_port, flag_words.to_owned()];
    shuffle(rng, &mut by_tcp);
    let protocol = pick(rng, &["-p tcp", "-p 6", "--proto TCP", "--protocol tcp"]);
    let words = [
        format!("ip{family}tables-{} {table}{add} {chain}", variant(engine)),
        by_ip.join(" "),
        protocol.to_owned(),
        by_tcp.join(" "),
        mss_words,
        format!("-j TCPMSS {ceiling_words}"),
    ];
    RandomRule {
        text: words.join(" "),
        selection: Selection {
            version: Some(version),
            names_interfaces: names_ingress && names_egress,
            source,
            destination,
            source_port,
            destination_port,
            flags,
            mss,
        },
        ceiling,
    }
}

fn nft(rng: &mut ChaCha8Rng) -> RandomRule {
    let version = pick(rng, &[None, Some(IpVersion::V4), Some(IpVersion::V6)]);
    let (mut source, mut from) = (None, String::new());
    let (mut destination, mut to) = (None, String::new());
    let mut only = String::new();
    if let Some(version) = version {
        let (header, name) = match version {
            IpVersion::V4 => ("ip", "ipv4"),
            IpVersion::V6 => ("ip6", "ipv6"),
        };
        (source, from) = nft_prefix(rng, sides(version)[0], &format!("{header} saddr "));
        (destination, to) = nft_prefix(rng, sides(version)[1], &format!("{header} daddr "));
        if source.is_none() && destination.is_none() {
            only = format!("meta nfproto {name}");
        }
    }
    let (names_ingress, ingress) =
        nft_interface(rng, "left", "right", &["iifname ", "meta iifname ", "iif "]);
    let (names_egress, egress) =
        nft_interface(rng, "right", "left", &["oifname ", "meta oifname ", "oif "]);
    let (source_port, from_port) = nft_ports(rng, "tcp sport ");
    let (destination_port, to_port) = nft_ports(rng, "tcp dport ");
    let (flags, flag_words) = pick(
        rng,
        &[
            ((0x02, 0x02), "tcp flags syn"),
            ((0x02, 0x02), "tcp flags & syn == syn"),
            ((0x02, 0x02), "tcp flags & syn != 0"),
            ((0x06, 0x02), "tcp flags & (syn|rst) == syn"),
            ((0x06, 0x02), "tcp flags & ( rst | syn ) == syn"),
            ((0x06, 0x02), "tcp flags syn / syn,rst"),
            ((0x16, 0x12), "tcp flags syn,ack / syn,rst,ack"),
            ((0xff, 0x02), "tcp flags == syn"),
            ((0x00, 0x00), ""),
        ],
    );
    let (mss, mss_words) = if rng.random_bool(0.4) {
        let (value, words) = nft_mss(rng);
        let negated = false;
        (
            Some(Asked { value, negated }),
            format!("tcp option maxseg size {words}"),
        )
    } else {
        (None, String::new())
    };
    let (ceiling, ceiling_words) = if rng.random_bool(0.5) {
        (Rule::RouteMtu, "rt mtu".to_owned())
    } else {
        let mss = fixed(rng);
        (Rule::Fixed(mss), mss.to_string())
    };
    let counter = pick(rng, &["", "counter", "counter packets 7 bytes 9"]);
    let mut asked = [
        only,
        from,
        to,
        ingress,
        egress,
        from_port,
        to_port,
        flag_words.to_owned(),
        mss_words,
        counter.to_owned(),
    ];
    shuffle(rng, &mut asked);
    let add = pick(rng, &["add", "insert"]);
    RandomRule {
        text: format!(
            "nft {add} rule inet clamping forwarding {} tcp option maxseg size set {ceiling_words}",
            asked.join(" ")
        ),
        selection: Selection {
            version,
            names_interfaces: names_ingress && names_egress,
            source,
            destination,
            source_port,
            destination_port,
            flags,
            mss,
        },
        ceiling,
    }
}

/// Where frames come from and where they go.
fn sides(version: IpVersion) -> [IpAddr; 2] {
    match version {
        IpVersion::V4 => [LEFT_V4.into(), RIGHT_V4.into()],
        IpVersion::V6 => [LEFT_V6.into(), RIGHT_V6.into()],
    }
}

/// Mostly a prefix around `address`; else one of its first bits is another.
fn some_prefix(rng: &mut ChaCha8Rng, address: IpAddr) -> Option<Asked<(IpAddr, u8)>> {
    if rng.random_bool(0.8) {
        return None;
    }
    let bits: u8 = if address.is_ipv4() { 32 } else { 128 };
    let len = pick(rng, &[bits, bits - 1, bits / 2, bits / 4, 1]);
    let other_bit = rng.random_bool(0.25).then(|| rng.random_range(0..len));
    let flipped = |place: u8| 1_u128 << (bits - 1 - place);
    let address = match address {
        IpAddr::V4(address) => {
            let flip = other_bit.map_or(0, flipped);
            IpAddr::V4((address.to_bits() ^ u32::try_from(flip).unwrap_or_default()).into())
        }
        IpAddr::V6(address) => {
            IpAddr::V6((address.to_bits() ^ other_bit.map_or(0, flipped)).into())
        }
    };
    let negated = rng.random_bool(0.25);
    Some(Asked {
        value: (address, len),
        negated,
    })
}

fn prefix(rng: &mut ChaCha8Rng, address: IpAddr, options: &[&str]) -> Written<(IpAddr, u8)> {
    let asked = some_prefix(rng, address);
    let Some(Asked {
        value: (address, len),
        negated,
    }) = asked
    else {
        return (None, String::new());
    };
    let not = if negated { "! " } else { "" };
    let option = pick(rng, options);
    let value = match address {
        IpAddr::V4(address) if rng.random_bool(0.3) => {
            let mask = std::net::Ipv4Addr::from(u32::MAX << (32 - u32::from(len)).min(31));
            format!("{address}/{mask}")
        }
        address if len == 32 && address.is_ipv4() || len == 128 => address.to_string(),
        address => format!("{address}/{len}"),
    };
    (asked, format!("{not}{option}{value}"))
}

fn nft_prefix(rng: &mut ChaCha8Rng, address: IpAddr, field: &str) -> Written<(IpAddr, u8)> {
    let asked = some_prefix(rng, address);
    let Some(Asked {
        value: (address, len),
        negated,
    }) = asked
    else {
        return (None, String::new());
    };
    let relation = if negated {
        "!= "
    } else {
        pick(rng, &["", "== "])
    };
    (asked, format!("{field}{relation}{address}/{len}"))
}

/// Whether the interface that packets really use is among those asked for, and the words.
fn interface(
    rng: &mut ChaCha8Rng,
    real: &str,
    other: &str,
    option: &str,
    wildcard: char,
    is_known: bool,
) -> (bool, String) {
    if !is_known || rng.random_bool(0.8) {
        return (true, String::new());
    }
    let name = if rng.random_bool(0.8) { real } else { other };
    let name = if rng.random_bool(0.3) {
        let len = rng.random_range(1..=name.len());
        format!("{}{wildcard}", &name[..len])
    } else {
        name.to_owned()
    };
    let is_real = name.trim_end_matches(wildcard).starts_with(&real[..1]);
    let negated = rng.random_bool(0.2);
    let not = if negated { "! " } else { "" };
    (is_real != negated, format!("{not}{option}{name}"))
}

fn nft_interface(rng: &mut ChaCha8Rng, real: &str, other: &str, fields: &[&str]) -> (bool, String) {
    if rng.random_bool(0.8) {
        return (true, String::new());
    }
    let field = pick(rng, fields);
    let name = if rng.random_bool(0.8) { real } else { other };
    // An interface's number knows no wildcard.
    let wildcard = if field.contains("name") {
        pick(rng, &["", "*"])
    } else {
        ""
    };
    let negated = rng.random_bool(0.2);
    let not = if negated { "!= " } else { "" };
    (
        (name == real) != negated,
        format!("{field}{not}{name}{wildcard}"),
    )
}

fn some_ports(rng: &mut ChaCha8Rng) -> Option<Asked<(u16, u16)>> {
    if rng.random_bool(0.8) {
        return None;
    }
    let ends: [u16; 2] = [rng.random(), rng.random()];
    let value = (ends[0].min(ends[1]), ends[0].max(ends[1]));
    let negated = rng.random_bool(0.25);
    Some(Asked { value, negated })
}

fn ports(rng: &mut ChaCha8Rng, separator: char, options: &[&str]) -> Written<(u16, u16)> {
    let Some(mut asked) = some_ports(rng) else {
        return (None, String::new());
    };
    let words = span(rng, separator, &mut asked.value);
    let not = if asked.negated { "! " } else { "" };
    let option = pick(rng, options);
    (Some(asked), format!("{not}{option}{words}"))
}

fn nft_ports(rng: &mut ChaCha8Rng, field: &str) -> Written<(u16, u16)> {
    let asked = some_ports(rng);
    let Some(Asked {
        value: (from, to),
        negated,
    }) = asked
    else {
        return (None, String::new());
    };
    let relation = if negated { "!= " } else { "" };
    (asked, format!("{field}{relation}{from}-{to}"))
}

/// Both ends, or one where the other is the last there is.
fn span(rng: &mut ChaCha8Rng, separator: char, span: &mut (u16, u16)) -> String {
    match rng.random_range(0..4) {
        0 => {
            span.0 = 0;
            format!("{separator}{}", span.1)
        }
        1 => {
            span.1 = u16::MAX;
            format!("{}{separator}", span.0)
        }
        _ => format!("{}{separator}{}", span.0, span.1),
    }
}

/// Ends between which many an MSS lies, or few.
fn mss_ends(rng: &mut ChaCha8Rng) -> (u16, u16) {
    let from = pick(rng, &[0, 1, 536, 1241, 1400, 1453]);
    let to = pick(rng, &[1453, 1460, 1500, 9000, u16::MAX]);
    (from, to)
}

fn mss_span(rng: &mut ChaCha8Rng, separator: char) -> ((u16, u16), String) {
    let (from, to) = mss_ends(rng);
    if rng.random_bool(0.2) {
        return ((1460, 1460), "1460".to_owned());
    }
    ((from, to), format!("{from}{separator}{to}"))
}

fn nft_mss(rng: &mut ChaCha8Rng) -> ((u16, u16), String) {
    let (from, to) = mss_ends(rng);
    match rng.random_range(0..6) {
        0 => ((from + 1, u16::MAX), format!("> {from}")),
        1 => ((0, to - 1), format!("< {to}")),
        2 => ((from, u16::MAX), format!(">= {from}")),
        3 => ((0, to), format!("<= {to}")),
        4 => ((1460, 1460), "1460".to_owned()),
        _ => ((from, to), format!("{from}-{to}")),
    }
}

fn fixed(rng: &mut ChaCha8Rng) -> u16 {
    match rng.random_range(0..4) {
        0 => rng.random_range(48..=9000),
        _ => pick(rng, &[48, 536, 1220, 1300, 1400, 1440, 1452, 1460]),
    }
}

fn pick<T: Copy>(rng: &mut ChaCha8Rng, choices: &[T]) -> T {
    choices[rng.random_range(0..choices.len())]
}

fn shuffle<T>(rng: &mut ChaCha8Rng, words: &mut [T]) {
    for end in (1..words.len()).rev() {
        words.swap(end, rng.random_range(0..=end));
    }
}
