//! Any bytes as a capture: what is read is written again byte for byte, and what `host-sim clamp` makes of a
//! sound one, `host-sim check` finds no fault with.

#![no_main]

use std::cell::RefCell;
use std::fs;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::OnceLock;

use fuzz::{Choice, Share, repair_frame};
use host_sim::Exit;
use host_sim::capture::{Growth, Reader, Writer};
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use tempfile::TempDir;

static WITH_A_PACKET: Share = Share::new();

/// The file header of a pcap and that of each of its packets, in bytes.
const PCAP_HEADER_LEN: usize = 24;
const PACKET_HEADER_LEN: usize = 16;

fuzz_target!(|data: &[u8]| {
    let sink = Sink::default();
    let mut packets = 0;
    let is_sound = copy(data, &sink, &mut packets);
    let copied = sink.0.take();
    assert!(
        data.starts_with(&copied),
        "what is read is written as it came"
    );
    if is_sound {
        assert_eq!(
            copied.len(),
            data.len(),
            "a sound capture is read to its end"
        );
        // Of two captures without a packet, `check` says that it has checked nothing, which is a fault.
        if packets > 0 {
            clamp_and_check(data);
        }
    }
    WITH_A_PACKET.count(packets > 0);
});

/// Bytes that stay with us while a writer owns its end.
#[derive(Clone, Default)]
struct Sink(Rc<RefCell<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Copies until the end or a fault; returns whether there was none.
fn copy(data: &[u8], sink: &Sink, packets: &mut usize) -> bool {
    let Ok(mut reader) = Reader::open(data) else {
        return false;
    };
    let mut writer = Writer::to_stream(sink.clone(), Growth::Never);
    let is_sound = loop {
        match reader.next() {
            Ok(Some(mut record)) => {
                *packets += usize::from(record.packet().is_some());
                writer
                    .write(&mut record)
                    .expect("a vector takes everything");
            }
            Ok(None) => break true,
            Err(_) => break false,
        }
    };
    writer.finish().expect("a vector takes everything");
    is_sound
}

fn clamp_and_check(data: &[u8]) {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER
        .get_or_init(|| TempDir::new().expect("a folder for two files"))
        .path();
    let (before, after) = (folder.join("before"), folder.join("after"));
    fs::write(&before, data).expect("room for one capture");
    let run = |command: &str| {
        let files = [command.into(), before.clone().into(), after.clone().into()];
        let words = ["host-sim".into()].into_iter().chain(files);
        let policy = ["--link-mtu".into(), "1400".into(), "--tunnels".into()];
        let mut complaint = Vec::new();
        let exit = host_sim::run(words.chain(policy), &mut Vec::new(), &mut complaint);
        assert_eq!(
            exit,
            Exit::Fine,
            "{command}: {}",
            String::from_utf8_lossy(&complaint)
        );
    };
    run("clamp");
    run("check");
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut choice = Choice::new(seed);
    let is_little = data.first() == Some(&0xd4);
    let mut packets = Vec::new();
    let mut at = PCAP_HEADER_LEN;
    while let Some(header) = data[..size].get(at..at + PACKET_HEADER_LEN) {
        let len = [header[8], header[9], header[10], header[11]];
        let len = if is_little {
            u32::from_le_bytes(len)
        } else {
            u32::from_be_bytes(len)
        };
        let start = at + PACKET_HEADER_LEN;
        let end = start.saturating_add(usize::try_from(len).expect("32 bits"));
        if end > size {
            break;
        }
        if start < end {
            packets.push(start..end);
        }
        at = end;
    }
    if packets.is_empty() || choice.one_in(4) {
        return fuzzer_mutate(data, size, max_size);
    }
    // Mostly a packet changes and not what holds it.
    let packet = packets.swap_remove(choice.below(packets.len()));
    let len = packet.len();
    fuzzer_mutate(&mut data[packet.clone()], len, len);
    repair_frame(&mut data[packet], &mut choice);
    size
});
