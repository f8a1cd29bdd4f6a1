//! `host-sim lab join --netns`: two namespaces with names, for whatever program one likes.
//!
//! Needs root (names of namespaces are files under /run), and the tools `ip` and `iperf3`.

use tests::lab::{HostSim, Namespace, output};

#[test]
fn real_programs_talk_through_the_router_and_nothing_is_left_behind() {
    // The ends of the wires are in here, so that only the names are shared with others.
    let here = Namespace::new("here");
    let names = || {
        let said = output("ip netns list").stdout;
        String::from_utf8_lossy(&said).into_owned()
    };
    let lab = HostSim::start(&here, "lab join --netns --native");
    assert!(names().contains("lab-lan") && names().contains("lab-wan"));
    let through = here.run(|| {
        let server = std::thread::spawn(|| output("ip netns exec lab-wan iperf3 -s -1"));
        let client = (0..50)
            .map(|_| {
                std::thread::sleep(std::time::Duration::from_millis(100));
                output("ip netns exec lab-lan iperf3 -c 203.0.113.2 -t 1")
            })
            .find(|client| client.status.success());
        client.as_ref()?;
        server.join().ok()
    });
    let report = lab.stop();
    assert!(
        through.is_some_and(|server| server.status.success()),
        "{report}"
    );
    assert!(!names().contains("lab-lan") && !names().contains("lab-wan"));
}
