//! The lines that cure, in the words of the firewalls that people have.

/// TCP and IP headers without options, in bytes.
const IPV4_HEADERS: u32 = 40;
const IPV6_HEADERS: u32 = 60;

/// One line for one firewall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Whose line it is.
    pub(super) system: &'static str,
    /// The line itself.
    pub(super) line: String,
}

/// The lines for a link MTU, the same cure in each; those of Linux can be pasted into a shell as they are.
pub(super) fn lines(mtu_bytes: u32, capture: &str) -> Vec<Line> {
    let v4 = mtu_bytes.saturating_sub(IPV4_HEADERS);
    let v6 = mtu_bytes.saturating_sub(IPV6_HEADERS);
    let line = |system, line: String| Line { system, line };
    let tables = "-t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss";
    let nft = "nft add rule inet filter forward meta nfproto";
    let size = "tcp flags syn / syn,rst tcp option maxseg size set";
    // A name with a zero byte in it is no argument of a program.
    let capture = shlex::try_quote(capture).unwrap_or("line.pcap".into());
    vec![
        line("iptables", format!("iptables {tables} {v4}")),
        line("ip6tables", format!("ip6tables {tables} {v6}")),
        line("nft", format!("{nft} ipv4 {size} {v4}")),
        line("nft", format!("{nft} ipv6 {size} {v6}")),
        line(
            "firewalld",
            format!("firewall-cmd --permanent --direct --add-passthrough ipv4 {tables} {v4}"),
        ),
        line(
            "firewalld",
            format!("firewall-cmd --permanent --direct --add-passthrough ipv6 {tables} {v6}"),
        ),
        line("pf (OpenBSD)", format!("match inet scrub (max-mss {v4})")),
        line("pf (OpenBSD)", format!("match inet6 scrub (max-mss {v6})")),
        line(
            "pf (FreeBSD)",
            format!("scrub on $ext_if inet all max-mss {v4}"),
        ),
        line(
            "RouterOS",
            format!(
                "/ip firewall mangle add chain=forward protocol=tcp tcp-flags=syn tcp-mss={}-65535 action=change-mss new-mss={v4} passthrough=yes",
                v4 + 1
            ),
        ),
        line(
            "RouterOS",
            format!(
                "/ipv6 firewall mangle add chain=forward protocol=tcp tcp-flags=syn tcp-mss={}-65535 action=change-mss new-mss={v6} passthrough=yes",
                v6 + 1
            ),
        ),
        line("Cisco IOS, interface", format!("ip tcp adjust-mss {v4}")),
        line("Cisco IOS, interface", format!("ipv6 tcp adjust-mss {v6}")),
        line(
            "host-sim",
            format!("host-sim clamp {capture} clamped.pcap --link-mtu {mtu_bytes}"),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::lines;
    use crate::rules::Rule;

    #[test]
    fn our_own_parser_takes_every_line_but_those_of_pf() {
        let mut understood = 0;
        for line in lines(1492, "line.pcap") {
            if line.system.starts_with("pf") || line.system == "host-sim" {
                continue;
            }
            if let Err(refused) = Rule::parse(&line.line) {
                panic!("{}: {refused}", line.line);
            }
            understood += 1;
        }
        assert_eq!(understood, 10);
    }

    #[test]
    fn a_shell_makes_words_of_the_lines_of_linux_and_nothing_else() {
        let of_a_shell = |system: &str| {
            ["iptables", "ip6tables", "nft", "firewalld", "host-sim"].contains(&system)
        };
        let lines = lines(1492, "a line; of 'mine'.pcap");
        let lines: Vec<_> = lines.iter().filter(|it| of_a_shell(it.system)).collect();
        assert_eq!(lines.len(), 7);
        for line in lines {
            let words = shlex::split(&line.line).unwrap();
            match &words[..] {
                [host_sim, clamp, capture, ..] if host_sim == "host-sim" && clamp == "clamp" => {
                    assert_eq!(capture, "a line; of 'mine'.pcap");
                }
                _ => assert!(
                    !line.line.contains(['&', '(', '|', ';', '\'', '"', '$']),
                    "{}",
                    line.line
                ),
            }
        }
    }
}
