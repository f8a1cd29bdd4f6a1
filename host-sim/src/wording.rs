//! The clamp's outcomes in words: a key for machines, and what a person reads.

use clamp_core::{Layer, Malformed, Reason, Refusal};

use crate::capture::Defect;

/// Every reason, in the order of its declaration, with its key and its words.
const REASONS: [(Reason, &str, &str); 17] = [
    (Reason::NotIp, "not-ip", "not IP"),
    (
        Reason::NotPppoeSession,
        "not-pppoe-session",
        "not a PPPoE session frame",
    ),
    (
        Reason::TooManyVlanTags,
        "too-many-vlan-tags",
        "more than 3 VLAN tags",
    ),
    (Reason::NotTcp, "not-tcp", "not TCP"),
    (Reason::NotSyn, "not-syn", "TCP without SYN"),
    (Reason::NoMss, "no-mss", "no MSS option"),
    (
        Reason::Fragment,
        "fragment",
        "fragment without a whole TCP header",
    ),
    (Reason::Tunnel, "tunnel", "tunnel (see --tunnels)"),
    (
        Reason::TooManyTunnels,
        "too-many-tunnels",
        "more than 4 tunnels",
    ),
    (
        Reason::UnsupportedGre,
        "unsupported-gre",
        "GRE of another kind than RFC 2784",
    ),
    (
        Reason::TooManyExtensionHeaders,
        "too-many-extension-headers",
        "more than 8 IPv6 extension headers",
    ),
    (
        Reason::AuthenticationHeader,
        "authentication-header",
        "authenticated by AH",
    ),
    (Reason::Encrypted, "encrypted", "encrypted by ESP"),
    (Reason::TcpAo, "tcp-ao", "authenticated by TCP-AO"),
    (
        Reason::NoCeiling,
        "no-ceiling",
        "no ceiling for this IP version",
    ),
    (
        Reason::CeilingTooLow,
        "ceiling-too-low",
        "ceiling under 48 bytes",
    ),
    (Reason::Cut, "cut", "cut by the capture"),
];

/// How many reasons there are.
pub(crate) const REASON_COUNT: usize = REASONS.len();

/// A reason's name for machines.
pub(crate) fn reason_key(reason: Reason) -> &'static str {
    reason_key_at(reason as usize)
}

/// A reason in words.
pub(crate) fn reason_words(reason: Reason) -> &'static str {
    reason_words_at(reason as usize)
}

/// The same for the reason declared at `place`.
pub(crate) fn reason_key_at(place: usize) -> &'static str {
    REASONS[place].1
}

/// The same for the reason declared at `place`.
pub(crate) fn reason_words_at(place: usize) -> &'static str {
    REASONS[place].2
}

/// Every layer, in the order of its declaration, by name.
const LAYERS: [(Layer, &str); 13] = [
    (Layer::Ethernet, "Ethernet"),
    (Layer::Vlan, "VLAN"),
    (Layer::Snap, "LLC/SNAP"),
    (Layer::Null, "loopback"),
    (Layer::Hdlc, "Cisco HDLC"),
    (Layer::Cooked, "Linux cooked"),
    (Layer::Pppoe, "PPPoE"),
    (Layer::Ppp, "PPP"),
    (Layer::Ipv4, "IPv4"),
    (Layer::Ipv6, "IPv6"),
    (Layer::ExtensionHeader, "IPv6 extension header"),
    (Layer::Gre, "GRE"),
    (Layer::Tcp, "TCP"),
];

/// How many layers there are.
pub(crate) const LAYER_COUNT: usize = LAYERS.len();

/// A layer's name.
pub(crate) fn layer_name(layer: Layer) -> &'static str {
    layer_name_at(layer as usize)
}

/// The same for the layer declared at `place`.
pub(crate) fn layer_name_at(place: usize) -> &'static str {
    LAYERS[place].1
}

/// The layer in which a malformed frame contradicts itself.
pub(crate) fn layer_of(malformed: Malformed) -> Layer {
    match malformed {
        Malformed::TooShort { layer, .. } | Malformed::WrongVersion { layer, .. } => layer,
    }
}

/// How it does.
pub(crate) fn malformed_words(malformed: Malformed) -> String {
    let name = layer_name(layer_of(malformed));
    match malformed {
        Malformed::TooShort { needed, there, .. } => {
            format!("malformed: {name} needs {needed} bytes, {there} there")
        }
        Malformed::WrongVersion { version, .. } => {
            format!("malformed: version {version} where {name} was announced")
        }
    }
}

/// What is wrong with a record, whatever the numbers.
pub(crate) fn defect_words(defect: Defect) -> &'static str {
    match defect {
        Defect::TooShort => "blocks too short for their fields",
        Defect::UnknownInterface { .. } => "packets of unknown interfaces",
        Defect::CapturedPastBlock { .. } => "captured lengths past their blocks",
        Defect::TooLarge { .. } => "records too large to look into",
        Defect::TooManyInterfaces => "interfaces too many to keep in mind",
    }
}

/// Why nothing was inserted.
pub(crate) fn refusal_words(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Payload => "SYN with data",
        Refusal::HeaderFull => "TCP header full",
        Refusal::Fragment => "fragment",
        Refusal::Tunnel => "in a tunnel",
        Refusal::TcpMd5 => "signed with TCP-MD5",
        Refusal::NoCeiling => "no ceiling for this IP version",
        Refusal::CeilingTooLow => "ceiling under 48 bytes",
        Refusal::NoRoom => "no room in a length field",
        Refusal::Cut => "cut by the capture",
    }
}

#[cfg(test)]
mod tests {
    use clamp_core::{Layer, Malformed, Reason, Refusal};

    use super::{LAYERS, REASONS, malformed_words, reason_key, reason_words, refusal_words};

    #[test]
    fn every_reason_and_layer_stands_at_its_own_place() {
        for (place, &(reason, ..)) in REASONS.iter().enumerate() {
            assert_eq!(reason as usize, place);
        }
        for (place, &(layer, _)) in LAYERS.iter().enumerate() {
            assert_eq!(layer as usize, place);
        }
        assert_eq!(reason_key(Reason::Cut), "cut");
        assert_eq!(reason_words(Reason::Cut), "cut by the capture");
    }

    #[test]
    fn what_is_malformed_or_refused_is_told() {
        let layer = Layer::Tcp;
        let (needed, there) = (20, 9);
        assert_eq!(
            malformed_words(Malformed::TooShort {
                layer,
                needed,
                there
            }),
            "malformed: TCP needs 20 bytes, 9 there"
        );
        let layer = Layer::Ipv6;
        assert_eq!(
            malformed_words(Malformed::WrongVersion { layer, version: 5 }),
            "malformed: version 5 where IPv6 was announced"
        );
        assert_eq!(refusal_words(Refusal::Payload), "SYN with data");
    }
}
