//! Rules by seed: what each asks, and the words for it.

mod parts;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use tests::linux::selection::{Asked, Selection};
use tests::linux::{Engine, IpVersion, Rule};

use parts::{
    fixed, interface, mss_span, nft_interface, nft_mss, nft_ports, nft_prefix, ports, prefix, sides,
};

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

fn pick<T: Copy>(rng: &mut ChaCha8Rng, choices: &[T]) -> T {
    choices[rng.random_range(0..choices.len())]
}

fn shuffle<T>(rng: &mut ChaCha8Rng, words: &mut [T]) {
    for end in (1..words.len()).rev() {
        words.swap(end, rng.random_range(0..=end));
    }
}
