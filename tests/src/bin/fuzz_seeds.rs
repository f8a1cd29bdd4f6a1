//! Fills the corpora of the fuzz targets from captures: `fuzz_seeds CORPORA FOLDER...` writes the frames and packets of
//! every capture in the folders behind a policy, and every short capture itself, under CORPORA.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use host_sim::capture::Reader;

/// Ethernet, as captures number it.
const ETHERNET: u16 = 1;
/// How many frames of a capture are taken: the first ones hold its SYNs.
const FRAMES_A_CAPTURE: usize = 40;
/// Captures above this many bytes make mutation slow.
const LONGEST_CAPTURE_BYTES: usize = 4_096;
/// Link MTU 1492, no fixed ceilings, through tunnels, 7 bytes of room: see `Input` in `tests/fuzz`.
const POLICY: [u8; 8] = [3, 7, 0, 0, 0, 0, 0, 0];

/// A rule of each kind.
const RULES: [&str; 5] = [
    "iptables -t mangle -A FORWARD -s 10.0.0.0/8 -o ppp0 -p tcp --tcp-flags SYN,RST SYN --dport 80:443 -m tcpmss --mss 1400: -j TCPMSS --clamp-mss-to-pmtu",
    "nft add rule inet filter forward oifname \"ppp0\" ip saddr != 10.0.0.0/8 tcp flags & (syn|rst) == syn tcp option maxseg size set rt mtu",
    "tcp flags syn / syn,rst tcp dport 80-443 tcp option maxseg size > 1400 tcp option maxseg size set 1400",
    "firewall-cmd --permanent --policy lan-wan --add-rich-rule='rule family=\"ipv4\" tcp-mss-clamp value=\"1400\"'",
    "firewall-cmd --direct --add-rule ipv6 mangle FORWARD 0 -p tcp --syn -j TCPMSS --set-mss 1220",
];

fn main() -> io::Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let corpora = arguments
        .next()
        .ok_or_else(|| io::Error::other("fuzz_seeds CORPORA FOLDER..."))?;
    for target in ["core_frame", "core_packet", "capture_reader"] {
        fs::create_dir_all(corpora.join(target))?;
    }
    fs::create_dir_all(corpora.join("rules"))?;
    for (number, rule) in RULES.iter().enumerate() {
        fs::write(corpora.join("rules").join(number.to_string()), rule)?;
    }
    for folder in arguments.filter(|folder| folder.is_dir()) {
        let entries: io::Result<BTreeSet<_>> = fs::read_dir(folder)?
            .map(|entry| Ok(entry?.path()))
            .collect();
        for path in entries? {
            let is_capture = path
                .extension()
                .is_some_and(|end| end == "pcap" || end == "pcapng");
            if is_capture {
                seed_from(&path, &corpora)?;
            }
        }
    }
    Ok(())
}

fn seed_from(path: &Path, corpora: &Path) -> io::Result<()> {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    if fs::metadata(path)?.len() <= u64::try_from(LONGEST_CAPTURE_BYTES).expect("64 bits") {
        fs::copy(path, corpora.join("capture_reader").join(&name))?;
    }
    let Ok(mut reader) = Reader::open(File::open(path)?) else {
        return Ok(());
    };
    let mut taken = 0;
    // A capture that breaks off gives what came before.
    while let Ok(Some(mut record)) = reader.next() {
        let Some((packet, bytes)) = record.packet() else {
            continue;
        };
        let (target, bytes) = match packet.link_type() {
            ETHERNET => ("core_frame", &*bytes),
            _ => ("core_packet", &*bytes),
        };
        let seed = [&POLICY[..], bytes].concat();
        fs::write(corpora.join(target).join(format!("{name}-{taken}")), &seed)?;
        if target == "core_frame" && bytes.len() > 14 {
            let packet = [&POLICY[..], &bytes[14..]].concat();
            fs::write(
                corpora.join("core_packet").join(format!("{name}-{taken}")),
                packet,
            )?;
        }
        taken += 1;
        if taken == FRAMES_A_CAPTURE {
            break;
        }
    }
    Ok(())
}
