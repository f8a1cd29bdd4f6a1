//! A Linux router on the line: what ours is measured by, and what the access concentrator in this
//! process is held to.

use std::time::Duration;

use host_sim::lab::pppoe::{Customer, End, Line, LineRouter, LineSetup, Served, Service};

fn lay(served: Served, service: Service) -> Line {
    Line::lay(LineSetup {
        router: LineRouter::Linux(Customer::default()),
        served,
        service,
        deaf_to: Vec::new(),
        capture: None,
        seed: 1,
    })
    .unwrap()
}

fn dials_and_downloads(served: Served) {
    let mut line = lay(served, Service::default());
    let session = line.await_session(Duration::from_secs(30)).unwrap();
    eprintln!("{session:#?}");
    assert_eq!(session.concentrator, "lab-ac");
    assert_eq!(session.mtu_bytes(), Some(1492));
    let download = line.download(200_000).unwrap();
    eprintln!("{download:#?}");
    assert_eq!(download.end, End::Finished);
    assert_eq!(download.mss_arrived, Some(1452));
}

#[test]
fn dials_a_real_access_concentrator_and_downloads() {
    dials_and_downloads(Served::ByLinux(None));
}

#[test]
fn dials_the_one_in_this_process_and_downloads() {
    dials_and_downloads(Served::InProcess);
}
