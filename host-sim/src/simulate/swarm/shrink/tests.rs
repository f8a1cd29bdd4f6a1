//! A failure that needs one thing keeps that and nothing else.

use super::super::super::scenario::{FlowSpec, RouterKind, RouterSpec, Stack, load};
use super::*;

/// Everything that can be simplified, in every part.
fn large() -> Scenario {
    let mut scenario = load(
        "title = 't'
until_s = 900
[hosts.client1]
stack = 'probing'
syn = 'mss-twice'
fast_open = true
[hosts.client2]
[hosts.server1]
[hosts.server2]
[routers.home]
kind = 'firmware'
uplink = 'wan'
clamp = true
icmp_errors_per_second = 3
[routers.hop]
clamp = true
policy.insert_missing = true
keeps_silent = true
icmp_errors_per_second = 3
[links.lan1]
ends = ['client1', 'home']
[links.lan2]
ends = ['client2', 'home']
[links.wan]
ends = ['home', 'hop']
mtu_bytes = 1400
mbits_per_second = 10
delay_ms = 10
queue_frames = 10
loss_percent = 1
reorder_percent = 1
duplicate_percent = 1
corrupt_percent = 1
filters_icmp = true
[links.rack1]
ends = ['hop', 'server1']
[links.rack2]
ends = ['hop', 'server2']
[flows.one]
from = 'client1'
to = 'server1'
bytes = 50000
ip = 6
carries = 'upload'
starts_s = 1.5
[flows.two]
from = 'client2'
to = 'server2'
bytes = 50000
",
    )
    .expect("a scenario")
    .whole;
    scenario.title.clear();
    scenario
}

fn written(scenario: &Scenario) -> String {
    toml::to_string(scenario).expect("a scenario can be written")
}

#[test]
fn where_everything_fails_the_least_is_left() {
    let least = shrink(large(), &|_| true);
    let expected = "title = \"\"\nuntil_s = 20\n\n[hosts.client2]\n\n[hosts.server2]\n\n\
                    [links.wan]\nends = [\"server2\", \"client2\"]\n\n\
                    [flows.two]\nfrom = \"client2\"\nto = \"server2\"\nbytes = 1\n";
    assert_eq!(written(&least), expected);
}

#[test]
fn what_never_fails_again_stays_as_it_is() {
    assert_eq!(written(&shrink(large(), &|_| false)), written(&large()));
}

type Has = fn(&LinkSpec) -> bool;

const QUALITIES_OF_A_LINK: [Has; 9] = [
    |link| link.mtu_bytes.is_some(),
    |link| link.mbits_per_second.is_some(),
    |link| link.delay_ms.is_some(),
    |link| link.queue_frames.is_some(),
    |link| link.loss_percent.is_some(),
    |link| link.reorder_percent.is_some(),
    |link| link.duplicate_percent.is_some(),
    |link| link.corrupt_percent.is_some(),
    |link| link.filters_icmp.is_some(),
];

#[test]
fn a_link_keeps_the_quality_that_matters_and_no_other() {
    for (number, has) in QUALITIES_OF_A_LINK.iter().enumerate() {
        let smallest = shrink(large(), &|scenario| scenario.links.values().any(has));
        let left = QUALITIES_OF_A_LINK.map(|has| smallest.links.values().any(has));
        let mut expected = [false; 9];
        expected[number] = true;
        assert_eq!(left, expected, "{}", written(&smallest));
    }
}

/// What is left of a scenario that fails as long as it has this.
fn least_with(has: impl Fn(&Scenario) -> bool) -> Scenario {
    shrink(large(), &|scenario| has(scenario))
}

#[test]
fn a_host_keeps_what_matters_of_it() {
    let host = |has: fn(&HostSpec) -> bool| {
        let smallest = least_with(|scenario| scenario.hosts.values().any(has));
        let mut hosts = smallest.hosts.values();
        hosts.find(|host| has(host)).expect("the host").clone()
    };
    let own = HostSpec {
        stack: Stack::Probing,
        ..HostSpec::default()
    };
    assert_eq!(host(|host| host.stack == Stack::Probing), own);
    let twice = SynShape::MssTwice;
    let with_syn = HostSpec {
        syn: twice,
        ..own.clone()
    };
    assert_eq!(host(|host| host.syn == SynShape::MssTwice), with_syn);
    let with_data = HostSpec {
        fast_open: true,
        ..own
    };
    assert_eq!(host(|host| host.fast_open), with_data);
}

#[test]
fn a_router_keeps_what_matters_of_it() {
    let has: [fn(&RouterSpec) -> bool; 5] = [
        |router| router.clamp,
        |router| router.policy.insert_missing,
        |router| router.keeps_silent,
        |router| router.icmp_errors_per_second.is_some(),
        |router| router.kind == RouterKind::Firmware,
    ];
    for (number, needed) in has.iter().enumerate() {
        let smallest = least_with(|scenario| scenario.routers.values().any(needed));
        assert_eq!(smallest.routers.len(), 1, "{number}");
        let left = smallest.routers.values().next().expect("a router");
        assert!(needed(left));
        let others = has[..4].iter().filter(|has| has(left)).count();
        assert_eq!(others, usize::from(number < 4), "{}", written(&smallest));
    }
}

#[test]
fn a_flow_keeps_what_matters_of_it() {
    let has: [fn(&FlowSpec) -> bool; 4] = [
        |flow| flow.ip == 6,
        |flow| flow.carries == Carries::Upload,
        |flow| flow.starts_s > 0.0,
        |flow| flow.bytes >= 1000,
    ];
    for (number, needed) in has.iter().enumerate() {
        let smallest = least_with(|scenario| scenario.flows.values().any(needed));
        assert_eq!(smallest.flows.len(), 1, "{number}");
        let left = smallest.flows.values().next().expect("a flow");
        let mut expected = [false; 4];
        expected[number] = true;
        assert_eq!(has.map(|has| has(left)), expected, "{}", written(&smallest));
        assert!(left.bytes < 2000, "{}", left.bytes);
        assert_eq!(left.bytes == 1, number != 3);
    }
}

#[test]
fn a_run_is_as_long_as_the_failure_needs_within_a_half() {
    assert_eq!(least_with(|scenario| scenario.until_s >= 100).until_s, 112);
}

#[test]
fn what_can_not_be_is_no_smaller_scenario() {
    let smallest = shrink(large(), &|scenario| {
        assert!(is_possible(scenario), "{}", written(scenario));
        true
    });
    assert!(is_possible(&smallest));
}

/// ```text
/// client ── lan ── home ── wan ── hop ── rack ── server
/// ```
fn chain(wan: &str, rack: &str) -> Scenario {
    let text = format!(
        "title = 't'\n[hosts.client]\n[hosts.server]\n[routers.home]\nuplink = 'wan'\n[routers.hop]\nuplink = 'rack'\n\
         [links.lan]\nends = ['client', 'home']\n[links.rack]\nends = ['hop', 'server']\n{rack}\n\
         [links.wan]\nends = ['home', 'hop']\n{wan}\n\
         [flows.f]\nfrom = 'client'\nto = 'server'\nbytes = 1\n"
    );
    load(&text).expect("a scenario").whole
}

#[test]
fn two_links_of_a_router_that_goes_become_one_with_the_faults_of_either() {
    for (wan, rack, name, loss_percent) in [
        ("", "", "rack", None),
        ("loss_percent = 1", "", "wan", Some(1.0)),
        ("", "loss_percent = 2", "rack", Some(2.0)),
        ("loss_percent = 1", "loss_percent = 2", "wan", Some(1.0)),
    ] {
        let mut scenario = chain(wan, rack);
        assert!(without_router(&mut scenario, "hop"));
        assert_eq!(scenario.links.len(), 2);
        let link = &scenario.links[name];
        assert_eq!(link.ends, ["server", "home"], "{wan} {rack}");
        assert_eq!(link.loss_percent, loss_percent);
        assert_eq!(scenario.routers["home"].uplink.as_deref(), Some(name));
        assert!(is_possible(&scenario));
    }
}

#[test]
fn a_router_with_one_link_or_three_and_a_host_with_a_flow_stay() {
    let mut scenario = large();
    assert!(!without_router(&mut scenario, "hop"));
    assert!(!without_host(&mut scenario, "client1"));
    assert!(!without_host(&mut scenario, "server1"));
    assert_eq!(written(&scenario), written(&large()));
    scenario.flows.remove("one");
    assert!(without_host(&mut scenario, "client1"));
    assert!(!scenario.links.contains_key("lan1"));
    assert_eq!(scenario.links.len(), 4);
}
