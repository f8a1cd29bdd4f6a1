//! How many packets a second `host-sim simulate` moves on one core: a bulk transfer between two
//! smoltcp hosts through the firmware's router, and the same without a router, to see what the hosts
//! alone take. Processor time, not the clock's: what else runs on the machine does not count.

use std::fs::write;

use nix::time::{ClockId, clock_gettime};
use tests::lab::host_sim;

const FILE_BYTES: u32 = 100_000_000;
const LEAST_PACKETS_PER_SECOND: f64 = 200_000.0;
const REPETITIONS: usize = 3;

const THROUGH_THE_ROUTER: &str = "
    [routers.home]
    kind = 'firmware'
    uplink = 'wan'
    clamp = true
    [links.lan]
    ends = ['client', 'home']
    mbits_per_second = 10_000
    delay_ms = 0.01
    [links.wan]
    ends = ['home', 'server']
    mtu_bytes = 1492
    mbits_per_second = 10_000
    delay_ms = 0.01";

const WITHOUT_A_ROUTER: &str = "
    [links.lan]
    ends = ['client', 'server']
    mtu_bytes = 1492
    mbits_per_second = 10_000
    delay_ms = 0.01";

fn processor_seconds() -> f64 {
    let time = clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).expect("every system has it");
    #[expect(clippy::cast_precision_loss, reason = "a few seconds and nanoseconds")]
    let seconds = time.tv_sec() as f64 + time.tv_nsec() as f64 / 1e9;
    seconds
}

/// Packets of the fastest of a few runs, each counted once however many links it takes, and the
/// seconds that they took.
fn bulk_transfer(network: &str, links: u32) -> (f64, f64) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("bulk.toml");
    let scenario = format!(
        "title = 'bulk'\nuntil_s = 600\n[hosts.client]\n[hosts.server]\n{network}\n\
         [flows.f]\nfrom = 'client'\nto = 'server'\nbytes = {FILE_BYTES}\n\
         [expect.flows.f]\ncompletes_within_s = 600.0\n"
    );
    write(&path, scenario).expect("a file");
    let run = || {
        let began = processor_seconds();
        let (exit, out, err) = host_sim(&format!("simulate {} --json", path.display()));
        let took = processor_seconds() - began;
        assert_eq!(exit, ::host_sim::Exit::Fine, "{out}{err}");
        let line: serde_json::Value = serde_json::from_str(&out).expect("a line of JSON");
        let frames = line["frames"].as_f64().expect("a number");
        (frames / f64::from(links), took)
    };
    (0..REPETITIONS)
        .map(|_| run())
        .min_by(|one, two| one.1.total_cmp(&two.1))
        .expect("it ran")
}

fn main() {
    let (packets, took) = bulk_transfer(THROUGH_THE_ROUTER, 2);
    let (direct_packets, direct_took) = bulk_transfer(WITHOUT_A_ROUTER, 1);
    let each_ns = took / packets * 1e9;
    let direct_ns = direct_took / direct_packets * 1e9;
    let per_second = packets / took;
    println!("a bulk transfer of {FILE_BYTES} bytes, on one core");
    println!(
        "  through the firmware's router  {per_second:>9.0} packets a second, {each_ns:.0} ns each"
    );
    println!(
        "  without a router               {:>9.0} packets a second, {direct_ns:.0} ns each",
        direct_packets / direct_took
    );
    let hosts = direct_ns / each_ns * 100.0;
    println!(
        "  the limit: {hosts:.0} % of it are both hosts (two smoltcp stacks, which sum and copy every \
         byte) and one link, the rest router and second link"
    );
    assert!(
        per_second >= LEAST_PACKETS_PER_SECOND,
        "under {LEAST_PACKETS_PER_SECOND} packets a second"
    );
}
