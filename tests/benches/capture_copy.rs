//! How fast `host-sim clamp` takes a large capture through, beside the least that two well-known programs
//! can do with the same file: `editcap` and `tcprewrite`, copying it. `cargo bench -p tests --bench
//! capture_copy` prints the table; `MEBIBYTES=1024` makes the capture that large.
//!
//! The capture is made of this project's own, over and over. Of their packets one in seven is a SYN,
//! and for each SYN the clamp writes a line: more than in a capture of any usual network.

use std::ffi::OsString;
use std::fs::{File, metadata, read, read_dir, remove_file};
use std::io::{BufWriter, Write, stderr, stdout};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};
use std::{env, iter};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

/// Tells this program to be `host-sim`.
const HOST_SIM: &str = "--host-sim";
const DEFAULT_MEBIBYTES: usize = 256;
const ROUNDS: usize = 5;
/// How much more processor time than the cheaper of the copies the clamp may take, in per cent: two runs
/// of one program differ by half as much on a busy machine.
const TOLERANCE_PERCENT: f64 = 25.0;

/// Little-endian, microseconds, version 2.4, Ethernet, no limit on a packet.
const FILE_HEADER: [u8; 24] = *b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x01\0\0\0";
const MAGIC_AND_VERSION: &[u8] = FILE_HEADER.first_chunk::<8>().expect("a header").as_slice();
const LINK_TYPE: &[u8] = FILE_HEADER.last_chunk::<4>().expect("a header").as_slice();
const CAPTURED_LEN_AT: usize = 8;
const RECORD_HEADER_LEN: usize = 16;

/// The records of every capture under `tests/traces` that has such a header, and how many there are.
fn records() -> (Vec<u8>, usize) {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/traces");
    let mut paths: Vec<PathBuf> = read_dir(directory)
        .expect("the captures")
        .map(|entry| entry.expect("a name").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "pcap")
        })
        .collect();
    paths.sort();
    let mut records = Vec::new();
    for path in paths {
        let capture = read(&path).expect("a capture");
        if capture.starts_with(MAGIC_AND_VERSION) && &capture[20..24] == LINK_TYPE {
            records.extend(&capture[FILE_HEADER.len()..]);
        }
    }
    let starts = iter::successors(Some(0), |&at| {
        let captured_len = records.get(at + CAPTURED_LEN_AT..)?.first_chunk()?;
        Some(at + RECORD_HEADER_LEN + u32::from_le_bytes(*captured_len) as usize)
    });
    let count = starts.take_while(|&at| at < records.len()).count();
    (records, count)
}

/// Writes the capture, at least so long, and returns how many packets it has.
fn write_capture(path: &Path, mebibytes: usize) -> usize {
    let (records, count) = records();
    let repetitions = (mebibytes << 20).div_ceil(records.len());
    let mut file = BufWriter::new(File::create(path).expect("a file"));
    file.write_all(&FILE_HEADER).expect("room on the disk");
    for _ in 0..repetitions {
        file.write_all(&records).expect("room on the disk");
    }
    file.flush().expect("room on the disk");
    repetitions * count
}

/// What one program took, run by run.
struct Contender {
    name: &'static str,
    command: Command,
    elapsed: Vec<Duration>,
    on_processor: Vec<Duration>,
}

impl Contender {
    fn new<const N: usize>(name: &'static str, program: &Path, arguments: [&Path; N]) -> Self {
        let mut command = Command::new(program);
        command.args(arguments).stderr(Stdio::inherit());
        Self {
            name,
            command,
            elapsed: Vec::new(),
            on_processor: Vec::new(),
        }
    }

    /// Runs it once. `out` must be as long as `capture` then: none of them adds or drops a byte.
    fn run(&mut self, capture: &Path, out: &Path, report: &Path) {
        // To empty a file takes time as well, and is not what is measured.
        let _ = remove_file(out);
        self.command.stdout(File::create(report).expect("a file"));
        let before = processor_time();
        let began = Instant::now();
        let status = self.command.status();
        self.elapsed.push(began.elapsed());
        self.on_processor.push(processor_time() - before);
        match status {
            Ok(status) => assert!(status.success(), "{}: {status}", self.name),
            Err(error) => panic!("{}: {error} (apt-get install it)", self.name),
        }
        let length = |path| metadata(path).expect("a file").len();
        assert_eq!(length(capture), length(out), "{} is no copy", self.name);
    }

    fn least_on_processor(&self) -> f64 {
        let least = self.on_processor.iter().min();
        least.expect("it ran").as_secs_f64()
    }

    fn print(&mut self, packets: usize) {
        self.elapsed.sort();
        let [fastest, .., slowest] = self.elapsed.as_slice() else {
            panic!("too few rounds");
        };
        let median = self.elapsed[ROUNDS / 2].as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "some millions")]
        let packets = packets as f64;
        let on_processor = self.least_on_processor();
        println!(
            "| {} | {:.1} | {median:.2} ({:.2} to {:.2}) | {on_processor:.2} | {:.0} |",
            self.name,
            packets / median / 1e6,
            fastest.as_secs_f64(),
            slowest.as_secs_f64(),
            on_processor / packets * 1e9,
        );
    }
}

/// What all processes that this one has waited for have taken, in user space and in the kernel.
fn processor_time() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("every system has it");
    let duration = |time: TimeVal| {
        let seconds = u64::try_from(time.tv_sec()).expect("not negative");
        let micros = u64::try_from(time.tv_usec()).expect("not negative");
        Duration::from_secs(seconds) + Duration::from_micros(micros)
    };
    duration(usage.user_time()) + duration(usage.system_time())
}

fn mebibytes() -> usize {
    match env::var("MEBIBYTES") {
        Ok(number) => number.parse().expect("MEBIBYTES is a number"),
        Err(_) => DEFAULT_MEBIBYTES,
    }
}

fn compare() -> ExitCode {
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let [capture, out, report] =
        ["capture.pcap", "out.pcap", "report"].map(|name| directory.path().join(name));
    let packets = write_capture(&capture, mebibytes());
    let ourselves = env::current_exe().expect("a path");
    let word = Path::new;
    let mut contenders = [
        Contender::new(
            "host-sim clamp",
            &ourselves,
            [
                word(HOST_SIM),
                word("clamp"),
                &capture,
                &out,
                word("--link-mtu"),
                word("1492"),
            ],
        ),
        Contender::new(
            "editcap",
            word("editcap"),
            [word("-F"), word("pcap"), &capture, &out],
        ),
        Contender::new(
            "tcprewrite",
            word("tcprewrite"),
            [word("--infile"), &capture, word("--outfile"), &out],
        ),
    ];
    for _ in 0..ROUNDS {
        for contender in &mut contenders {
            contender.run(&capture, &out, &report);
        }
    }
    println!(
        "{packets} packets, {} MiB, to and from {}; {ROUNDS} rounds",
        metadata(&capture).expect("a file").len() >> 20,
        env!("CARGO_TARGET_TMPDIR")
    );
    println!(
        "| | million packets a second | seconds, median | processor seconds, least | ns of it a packet |"
    );
    println!("|---|---|---|---|---|");
    for contender in &mut contenders {
        contender.print(packets);
    }
    let [ours, theirs @ ..] = &contenders;
    let least = theirs
        .iter()
        .map(Contender::least_on_processor)
        .fold(f64::INFINITY, f64::min);
    let percent = ours.least_on_processor() / least * 100.0;
    println!("host-sim clamp takes {percent:.0} % of the processor time of the cheaper copy");
    if percent > 100.0 + TOLERANCE_PERCENT {
        eprintln!("that is more than {TOLERANCE_PERCENT} % above it");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn main() -> ExitCode {
    let mut arguments: Vec<OsString> = env::args_os().collect();
    if arguments
        .get(1)
        .is_some_and(|argument| argument == HOST_SIM)
    {
        arguments.remove(1);
        return host_sim::run(arguments, &mut stdout(), &mut stderr()).into();
    }
    compare()
}
