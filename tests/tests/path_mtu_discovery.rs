//! The simulator's own TCP against Linux: the same download behind the same narrow hop, and both
//! senders choose the same sizes in the same order. One honours ICMP (RFC 1191, RFC 8201), the other
//! probes (RFC 4821, `tcp_mtu_probing=1`).
//!
//! ```text
//! client ── near [ hop ] far ── server
//! ```
//!
//! The Linux hosts have neither timestamps nor SACK, as the simulator's have not.

use std::fs::{metadata, read, write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tests::lab::{Namespace, fetch, file, host_sim, lay_wire, output, run, serve};

/// Enough for a search to come to its end.
const FILE_BYTES: usize = 2_000_000;
/// How often Linux may try to bring its search to an end.
const DOWNLOADS: usize = 6;
/// Segments with less are what was left over.
const LEAST_FULL_BYTES: usize = 256;
/// Ethernet, IPv6 and TCP without options.
const SNAP_LEN: usize = 96;
const ETHERNET_HEADER_LEN: usize = 14;
const TCP: u8 = 6;
const PORT: u16 = 80;

/// How the sender finds out what the path carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sender {
    HonoursIcmp,
    Probes,
}

fn set(setting: &str, value: &str) {
    let path = format!("/proc/sys/net/{setting}");
    write(&path, value).unwrap_or_else(|error| panic!("{path}: {error}"));
}

fn plain_interface(device: &str) {
    run(&format!(
        "ethtool -K {device} tso off gso off gro off tx off rx off"
    ));
}

/// What Linux's sender chose.
fn sizes_of_linux(ip: u8, path_mtu_bytes: u16, sender: Sender) -> Vec<usize> {
    let client = Namespace::new("client");
    let hop = Namespace::new("hop");
    let server = Namespace::new("server");
    for namespace in [&client, &hop, &server] {
        namespace.run(|| {
            for scope in ["all", "default"] {
                set(&format!("ipv6/conf/{scope}/accept_dad"), "0");
            }
            set("ipv4/tcp_timestamps", "0");
            set("ipv4/tcp_sack", "0");
        });
    }
    lay_wire(&hop, "near", &client, "wire");
    lay_wire(&hop, "far", &server, "wire");
    for (namespace, number) in [(&client, 1), (&server, 2)] {
        namespace.run(move || {
            run("ip link set lo up");
            plain_interface("wire");
            run(&format!("ip address add 10.0.{number}.2/24 dev wire"));
            run(&format!("ip route add default via 10.0.{number}.1"));
            run(&format!("ip address add 2001:db8:{number}::2/64 dev wire"));
            run(&format!("ip -6 route add default via 2001:db8:{number}::1"));
        });
    }
    let is_silent = sender == Sender::Probes;
    hop.run(move || {
        for (number, device) in [(1, "near"), (2, "far")] {
            plain_interface(device);
            run(&format!("ip address add 10.0.{number}.1/24 dev {device}"));
            run(&format!(
                "ip address add 2001:db8:{number}::1/64 dev {device}"
            ));
        }
        set("ipv4/ip_forward", "1");
        set("ipv6/conf/all/forwarding", "1");
        // The route's MTU, not the device's: a veth drops what exceeds the latter below IP.
        run(&format!(
            "ip route change 10.0.1.0/24 dev near mtu {path_mtu_bytes}"
        ));
        run(&format!(
            "ip -6 route add 2001:db8:1::2/128 dev near mtu {path_mtu_bytes}"
        ));
        if is_silent {
            run("iptables --wait -A OUTPUT -p icmp --icmp-type fragmentation-needed -j DROP");
            run("ip6tables --wait -A OUTPUT -p icmpv6 --icmpv6-type packet-too-big -j DROP");
        }
    });
    server.run(move || {
        let probing = if is_silent { "1" } else { "0" };
        set("ipv4/tcp_mtu_probing", probing);
    });
    let bytes = file(FILE_BYTES);
    serve(&server, PORT, &bytes);
    let directory = tempfile::tempdir().expect("a directory");
    let capture = directory.path().join("server.pcap");
    let mut tcpdump = start_tcpdump(&server, &capture);
    let url = if ip == 4 {
        format!("http://10.0.2.2:{PORT}/file")
    } else {
        format!("http://[2001:db8:2::2]:{PORT}/file")
    };
    assert_eq!(fetch(&client, &url), *bytes);
    await_the_rest(&capture);
    let id = i32::try_from(tcpdump.id()).expect("a process id");
    kill(Pid::from_raw(id), Signal::SIGINT).expect("tcpdump runs");
    tcpdump.wait().expect("tcpdump ends");
    let frames = frames_of(&read(&capture).expect("tcpdump has written"));
    let kernel = String::from_utf8_lossy(&output("uname -r").stdout).into_owned();
    println!("Linux {}", kernel.trim());
    sizes_in_order(&frames)
}

/// Captures what the server sends: headers only, and with room enough to lose nothing.
fn start_tcpdump(server: &Namespace, capture: &Path) -> Child {
    let path = capture.display().to_string();
    let words = format!(
        "-i wire --immediate-mode -B 16384 -s {SNAP_LEN} -U -w {path} tcp and src port {PORT}"
    );
    let child = server.run(move || {
        Command::new("tcpdump")
            .args(words.split_whitespace())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("tcpdump: {error}; the package is tcpdump"))
    });
    let has_begun = || metadata(capture).is_ok_and(|file| file.len() >= 24);
    let began = (0..100).any(|_| {
        sleep(Duration::from_millis(50));
        has_begun()
    });
    assert!(began, "tcpdump did not begin to write");
    child
}

/// Waits until nothing more gets to the file.
fn await_the_rest(capture: &Path) {
    let len = || metadata(capture).map_or(0, |file| file.len());
    let mut before = len();
    for _ in 0..50 {
        sleep(Duration::from_millis(400));
        let now = len();
        if now == before && now > 24 {
            return;
        }
        before = now;
    }
    panic!("tcpdump is still writing");
}

/// The frames of a little-endian pcap file, as far as they were captured.
fn frames_of(file: &[u8]) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    let mut rest = file.get(24..).expect("a file header");
    while let Some((header, behind)) = rest.split_at_checked(16) {
        let captured = u32::from_le_bytes([header[8], header[9], header[10], header[11]]);
        let Some((frame, behind)) = behind.split_at_checked(captured as usize) else {
            break;
        };
        frames.push(frame.to_vec());
        rest = behind;
    }
    frames
}

/// The payloads that the server chose for segments with new bytes, in order of first appearance. A
/// choice is what two segments in a row have, or one that is larger than those: a probe. Smaller ones
/// in between, as Linux sends where a write of the program ended, are none.
fn sizes_in_order(frames: &[Vec<u8>]) -> Vec<usize> {
    let sent: Vec<_> = frames
        .iter()
        .filter_map(|frame| from_server(frame))
        .collect();
    let initial = sent.first().map_or(0, |(sequence, _)| *sequence);
    let segments: Vec<(u64, usize)> = sent
        .into_iter()
        .map(|(sequence, len)| (u64::from(sequence.wrapping_sub(initial)), len))
        .collect();
    let end = |(at, len): (u64, usize)| at + len as u64;
    let last = segments.iter().copied().map(end).max().unwrap_or(0);
    let (mut highest, mut before, mut settled) = (0, 0, 0);
    let mut sizes = Vec::new();
    for segment in segments {
        let is_new = segment.0 >= highest;
        highest = highest.max(end(segment));
        let len = segment.1;
        if !is_new || len < LEAST_FULL_BYTES || end(segment) >= last {
            continue;
        }
        let is_settled = len == before;
        if (is_settled || len > settled) && !sizes.contains(&len) {
            sizes.push(len);
        }
        if is_settled {
            settled = len;
        }
        before = len;
    }
    sizes
}

/// Sequence number and payload of a segment that the server sent.
fn from_server(frame: &[u8]) -> Option<(u32, usize)> {
    let packet = frame.get(ETHERNET_HEADER_LEN..)?;
    let word = |at: usize| Some(u16::from_be_bytes([*packet.get(at)?, *packet.get(at + 1)?]));
    let (protocol, header_len, len) = match packet.first()? >> 4 {
        4 => (*packet.get(9)?, 20, usize::from(word(2)?)),
        6 => (*packet.get(6)?, 40, usize::from(word(4)?) + 40),
        _ => return None,
    };
    if protocol != TCP || word(header_len)? != PORT {
        return None;
    }
    let sequence = *packet.get(header_len + 4..)?.first_chunk()?;
    let tcp_header_len = usize::from(packet.get(header_len + 12)? >> 4) * 4;
    let payload_len = len.checked_sub(header_len + tcp_header_len)?;
    (payload_len > 0).then_some((u32::from_be_bytes(sequence), payload_len))
}

/// What the simulator's sender chooses.
fn sizes_of_ours(ip: u8, path_mtu_bytes: u16, sender: Sender) -> Vec<usize> {
    let (stack, keeps_silent) = match sender {
        Sender::HonoursIcmp => ("icmp", false),
        Sender::Probes => ("probing", true),
    };
    let scenario = format!(
        "title = 'a narrow hop'
         [hosts.client]
         [hosts.server]
         stack = '{stack}'
         [routers.home]
         [routers.hop]
         keeps_silent = {keeps_silent}
         [links.lan]
         ends = ['client', 'home']
         [links.narrow]
         ends = ['home', 'hop']
         mtu_bytes = {path_mtu_bytes}
         [links.far]
         ends = ['hop', 'server']
         [flows.f]
         from = 'client'
         to = 'server'
         ip = {ip}
         bytes = {FILE_BYTES}
         [expect.flows.f]
         completes_within_s = 60.0"
    );
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("scenario.toml");
    write(&path, scenario).expect("a file");
    let (exit, out, err) = host_sim(&format!("simulate {} --json", path.display()));
    assert_eq!(exit, ::host_sim::Exit::Fine, "{out}{err}");
    let line: serde_json::Value = serde_json::from_str(&out).expect("a line of JSON");
    let sizes = line["flows"][0]["segment_bytes"].as_array().expect("sizes");
    sizes
        .iter()
        .map(|size| usize::try_from(size.as_u64().expect("a number")).expect("a size"))
        .collect()
}

/// Linux probes only while its window has room and its program has data, so that on a busy machine a
/// download may end before the search does. What it chose until then must be how ours begins, and it must
/// have come to the end of ours once.
fn same(ip: u8, path_mtu_bytes: u16, sender: Sender) {
    let ours = sizes_of_ours(ip, path_mtu_bytes, sender);
    let case = format!("IPv{ip}, {path_mtu_bytes} bytes, {sender:?}");
    for _ in 0..DOWNLOADS {
        let linux = sizes_of_linux(ip, path_mtu_bytes, sender);
        println!("{case}: Linux {linux:?}, ours {ours:?}");
        assert!(
            !linux.is_empty() && ours.starts_with(&linux),
            "{case}: Linux {linux:?}, ours {ours:?}"
        );
        if linux == ours {
            return;
        }
    }
    panic!("{case}: in none of {DOWNLOADS} downloads did Linux come as far as ours");
}

#[test]
fn after_fragmentation_needed_the_segments_are_of_linuxs_size() {
    for path_mtu_bytes in [1492, 1300, 576] {
        same(4, path_mtu_bytes, Sender::HonoursIcmp);
    }
}

#[test]
fn after_packet_too_big_the_segments_are_of_linuxs_size() {
    for path_mtu_bytes in [1492, 1280] {
        same(6, path_mtu_bytes, Sender::HonoursIcmp);
    }
}

#[test]
fn in_a_black_hole_the_probes_are_of_linuxs_sizes_in_linuxs_order() {
    for path_mtu_bytes in [1492, 1400, 1300] {
        same(4, path_mtu_bytes, Sender::Probes);
    }
}

#[test]
fn the_same_over_ipv6() {
    same(6, 1400, Sender::Probes);
}

#[test]
fn a_path_too_narrow_for_the_first_guess_is_halved_like_linux_halves_it() {
    same(4, 900, Sender::Probes);
}
