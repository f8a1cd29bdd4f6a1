//! The firmware's images on QEMU's machines, between real Linux endpoints.
//!
//! Needs root, or `unshare -rn`, QEMU (package qemu-system-arm) and the tools `ip`, `iptables`, `curl` and
//! `iperf3`. The images are built here, of the present sources.

use std::path::Path;

use host_sim::Exit;
use tests::lab::internet::{Internet, TooBig};
use tests::lab::{HostSim, Machine, fetch, fetch_text, file, host_sim, iperf3, serve, upload};

/// At the rate that the slowest machine takes frames, some ten seconds.
const FILE_LEN: usize = 20_000_000;

fn start(internet: &Internet, machine: Machine, captures: &Path) -> HostSim {
    let words = format!(
        "lab join --lan lan --wan wan --machine {} --image {} --capture {}",
        machine.name(),
        machine.image().display(),
        captures.display()
    );
    HostSim::start(&internet.router, &words)
}

/// Holds the frames on both sides of the router against each other.
fn nothing_but_the_mss_was_changed(captures: &Path) {
    let (exit, out, err) = host_sim(&format!(
        "check {} {} --routed --link-mtu 1492",
        captures.join("lan.pcap").display(),
        captures.join("wan.pcap").display()
    ));
    assert_eq!(exit, Exit::Fine, "{out}{err}");
}

fn the_black_hole_demonstration_goes_as_it_should(machine: Machine) {
    let (exit, out, err) = host_sim(&format!(
        "lab black-hole --machine {} --image {}",
        machine.name(),
        machine.image().display()
    ));
    assert_eq!(exit, Exit::Fine, "{out}{err}");
}

fn a_20_mb_file_comes_from_behind_the_black_hole(machine: Machine) {
    let internet = Internet::new(1492, TooBig::KeptSilent);
    let file = file(FILE_LEN);
    serve(&internet.server, 80, &file);
    let captures = tempfile::tempdir().unwrap();
    let router = start(&internet, machine, captures.path());
    let client = &internet.client;
    assert_eq!(fetch_text(client, "http://203.0.113.2/mss"), "1440");
    assert!(fetch(client, "http://203.0.113.2/file") == *file);
    assert_eq!(
        upload(client, "http://203.0.113.2/up", &file[..2_000_000]),
        "2000000 bytes of the file"
    );
    let _ = router.stop();
    nothing_but_the_mss_was_changed(captures.path());
}

fn ipv6_and_eight_connections_at_once_pass(machine: Machine) {
    let internet = Internet::new(1492, TooBig::KeptSilent);
    let file = file(2_000_000);
    serve(&internet.server, 80, &file);
    let captures = tempfile::tempdir().unwrap();
    let router = start(&internet, machine, captures.path());
    internet.await_ipv6();
    let client = &internet.client;
    assert_eq!(fetch_text(client, "http://[2001:db8:3::2]/mss"), "1420");
    assert!(fetch(client, "http://[2001:db8:3::2]/file") == *file);
    assert_eq!(
        upload(client, "http://[2001:db8:3::2]/up", &file),
        "2000000 bytes of the file"
    );
    for words in ["-c 203.0.113.2 -t 2 -P 8", "-c 203.0.113.2 -t 2 -P 8 -R"] {
        iperf3(client, &internet.server, words);
    }
    let _ = router.stop();
    nothing_but_the_mss_was_changed(captures.path());
}

macro_rules! on_each_machine {
    ($($test:ident),+) => {
        mod mps2_an500 {
            $(#[test] fn $test() { super::$test(tests::lab::Machine::Mps2An500); })+
        }
        mod emcraft_sf2 {
            $(#[test] fn $test() { super::$test(tests::lab::Machine::EmcraftSf2); })+
        }
    };
}

on_each_machine!(
    the_black_hole_demonstration_goes_as_it_should,
    a_20_mb_file_comes_from_behind_the_black_hole,
    ipv6_and_eight_connections_at_once_pass
);
