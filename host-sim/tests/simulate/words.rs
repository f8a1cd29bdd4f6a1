//! What is said of a run: every line of two small ones, and the words that others add.

use host_sim::Exit;

use super::{LEAST, as_json, simulate, simulate_text};

/// The client's link is away for a moment; a hop in the middle is narrow, and says so.
pub(super) const OWN_STACKS: &str = "\
title = 't'
until_s = 30
[hosts.left]
stack = 'icmp'
[hosts.right]
stack = 'icmp'
[routers.one]
[routers.two]
[links.a]
ends = ['left', 'one']
[links.b]
ends = ['one', 'two']
mtu_bytes = 1400
[links.c]
ends = ['two', 'right']
[flows.f]
from = 'left'
to = 'right'
bytes = 3000
starts_s = 0.5
[[changes]]
at_s = 0.2
link='a'
up=false
mtu_bytes=1500
[[changes]]
at_s = 0.3
link='a'
up=true
";

const OF_OWN_STACKS: &str = "
       seconds  what happened
      0.200000  ==== link a goes down, carries 1500 bytes from now on
      0.300000  ==== link a comes back
      0.500000   left --> one       44  SYN mss 1460  +1.000 ms
      0.501000    one --> two       44  SYN mss 1460  +1.000 ms
      0.502001    two --> right     44  SYN mss 1460  +1.000 ms
      0.503001  right --> two       44  SYN-ACK mss 1460  +1.000 ms
      0.504002    two --> one       44  SYN-ACK mss 1460  +1.000 ms
      0.505003    one --> left      44  SYN-ACK mss 1460  +1.000 ms
      0.506003   left --> one       56  16 bytes  +1.000 ms
      0.507004    one --> two       56  16 bytes  +1.000 ms
      0.508005    two --> right     56  16 bytes  +1.000 ms
      0.509006  right --> two     1500  1460 bytes  +1.012 ms
      0.509006  right --> two     1500  1460 bytes  +1.024 ms
      0.509006  right --> two      120  FIN-ACK  +1.025 ms
      0.510018    two --> right    576  too big, MTU 1400  +1.004 ms
      0.510018    two  x          1500  1460 bytes  [too big, and said so]
      0.510030    two --> right    576  too big, MTU 1400  +1.004 ms
      0.510030    two  x          1500  1460 bytes  [too big, and said so]
      0.510032    two --> one      120  FIN-ACK  +1.001 ms
      0.511023  right --> two     1400  1360 bytes  +1.011 ms
      0.511023  right --> two     1400  1360 bytes  +1.023 ms
      0.511023  right --> two      320  FIN-ACK  +1.025 ms
      0.511033    one --> left     120  FIN-ACK  +1.001 ms
      0.512034   left --> one       40  ACK  +1.000 ms
      0.512034    two --> one     1400  1360 bytes  +1.011 ms
      0.512046    two --> one     1400  1360 bytes  +1.011 ms
      0.512049    two --> one      320  FIN-ACK  +1.011 ms
      0.513035    one --> two       40  ACK  +1.000 ms
      0.513046    one --> left    1400  1360 bytes  +1.011 ms
      0.513057    one --> left    1400  1360 bytes  +1.011 ms
      0.513060    one --> left     320  FIN-ACK  +1.011 ms
      0.514035    two --> right     40  ACK  +1.000 ms
      0.514057   left --> one       40  ACK  +1.000 ms
      0.514069   left --> one       40  ACK  +1.000 ms
      0.514072   left --> one       40  FIN-ACK  +1.000 ms
      0.515058    one --> two       40  ACK  +1.000 ms
      0.515070    one --> two       40  ACK  +1.000 ms
      0.515072    one --> two       40  FIN-ACK  +1.000 ms
      0.516059    two --> right     40  ACK  +1.000 ms
      0.516070    two --> right     40  ACK  +1.000 ms
      0.516073    two --> right     40  FIN-ACK  +1.000 ms
      0.517074  right --> two       40  ACK  +1.000 ms
      0.518074    two --> one       40  ACK  +1.000 ms
      0.519075    one --> left      40  ACK  +1.000 ms
";

/// Over both IP versions.
const PLAIN_STACKS: &str = "\
title = 't'
until_s = 3
[hosts.left]
[hosts.right]
[links.l]
ends = ['left', 'right']
[flows.f]
from = 'left'
to = 'right'
bytes = 1000
[flows.g]
from = 'left'
to = 'right'
bytes = 10
ip = 6
carries = 'upload'
";

const OF_PLAIN_STACKS: &str = "
       seconds  what happened
      0.000000   left --> right     28  ARP  +1.000 ms
      0.001000  right --> left      28  ARP  +1.000 ms
      0.002001   left --> right     52  SYN mss 1460  +1.000 ms
      0.003001  right --> left      52  SYN-ACK mss 1460  +1.000 ms
      0.004002   left --> right     40  ACK  +1.000 ms
      0.004002   left --> right     56  16 bytes  +1.001 ms
      0.005003  right --> left    1040  FIN-ACK  +1.008 ms
      0.006012   left --> right     40  FIN-ACK  +1.000 ms
      0.007013  right --> left      40  ACK  +1.000 ms
      1.000000   left --> right     72  NDP  +1.000 ms
      1.001000  right --> left      72  NDP  +1.000 ms
      1.002001   left --> right     72  SYN mss 1440  +1.000 ms
      1.003002  right --> left      72  SYN-ACK mss 1440  +1.000 ms
      1.004003   left --> right     60  ACK  +1.000 ms
      1.004003   left --> right     70  10 bytes  +1.001 ms
      1.005005  right --> left      76  FIN-ACK  +1.000 ms
      1.006006   left --> right     60  FIN-ACK  +1.000 ms
      1.007006  right --> left      60  ACK  +1.000 ms
";

fn timeline(out: &str) -> &str {
    let from = out.find("\n       seconds").expect("a timeline");
    &out[from..]
}

#[test]
fn a_timeline_has_a_line_for_everything_that_happened() {
    for (text, expected) in [(OWN_STACKS, OF_OWN_STACKS), (PLAIN_STACKS, OF_PLAIN_STACKS)] {
        let (exit, out, err) = simulate_text(text, &["--timeline"]);
        assert_eq!((exit, err.as_str()), (Exit::Fine, ""));
        assert_eq!(timeline(&out), expected, "{out}");
    }
}

#[test]
fn a_timeline_names_what_a_link_and_a_router_carry_besides() {
    for (scenario, words) in [
        (
            "pppoe-dialled-for-real",
            &["  22  PPPoE  +", "  42  PPPoE  +", "NDP", "ARP"][..],
        ),
        ("gre-between-two-sites", &["  76  GRE in 76  +"]),
        ("6in4-over-pppoe", &["  92  6in4 in 92  +"]),
        ("wireguard-in-pppoe", &[" 112  WireGuard in 112  +"]),
        ("syn-without-mss", &["  SYN no mss  +"]),
        (
            "fast-open-with-data-in-the-syn",
            &["  SYN mss 1460, 16 bytes  +"],
        ),
        (
            "mtu-lowered-in-mid-flow",
            &[
                "==== link line carries 1300 bytes from now on",
                "[too big, in silence]",
            ],
        ),
        (
            "icmp-rate-limited",
            &["  SYN mss 1460  [neighbour_unresolved]"],
        ),
        ("lossy-line-loses-the-syn-too", &[" --x ", "  [lost]"]),
    ] {
        let (_, out, _) = simulate(&[scenario, "--timeline"]);
        for words in words {
            assert!(out.contains(words), "{scenario}: {words}");
        }
    }
    let ipip = "[routers.one]\n[routers.two]\n[links.a]\nends = ['left', 'one']\n\
                [links.b]\nends = ['two', 'right']\n\
                [tunnels.t]\nends = ['one', 'two']\nkind = 'ip'\nmtu_bytes = 1480\n\
                [links.l]\nends = ['one', 'two']";
    let text = LEAST.replace("[links.l]\nends = ['left', 'right']", ipip);
    let (_, out, err) = simulate_text(&text, &["--timeline"]);
    assert!(out.contains("  72  IPIP in 72  +"), "{err}{out}");
    assert!(!out.contains("other in"), "{out}");
}

#[test]
fn the_story_of_a_scenario_stands_above_its_runs_and_not_in_a_machines_line() {
    let story = "title = 't'\nstory = \"\"\"\none\n  two\"\"\"\nfault = 'three'\ncure = 'four'\n";
    let text = LEAST.replace("title = 't'\n", story);
    let (_, out, _) = simulate_text(&text, &[]);
    let heading = "scenario: t\n  story  one\n         two\n  fault  three\n  cure   four\n\n\
                   as it stands (seed 1, 0.506 s of virtual time)\n  f: complete in 0.006 s\n";
    assert!(out.starts_with(heading), "{out}");
    let (_, out, _) = simulate_text(&text, &["--json"]);
    assert_eq!(out.lines().count(), 1);
    let line = as_json(&out);
    assert_eq!(line["scenario"], "scenario");
    assert_eq!((&line["seed"], &line["held"]), (&1.into(), &true.into()));
}

#[test]
fn of_many_runs_only_those_that_fail_are_told() {
    let (exit, out, _) = simulate_text(LEAST, &["--runs", "3"]);
    assert_eq!(exit, Exit::Fine);
    assert_eq!(out, "scenario: t\n\nas it stands: 3 runs, all held\n");
    let fails = format!("{LEAST}[expect.flows.f]\nmss_at_server = 1400\n");
    let (exit, out, _) = simulate_text(&fails, &["--runs", "2", "--seed", "7"]);
    assert_eq!(exit, Exit::FoundFault);
    assert!(out.contains("(seed 7,") && out.contains("(seed 8,") && !out.contains("(seed 9,"));
    assert!(out.ends_with("\nas it stands: 2 runs, not all held\n"));
    let (_, out, _) = simulate_text(&fails, &["--runs", "2", "--json"]);
    assert_eq!(out.lines().count(), 2);
    let (_, out, _) = simulate_text(LEAST, &[]);
    assert!(!out.contains("1 runs"), "{out}");
}

#[test]
fn a_machines_line_counts_every_frame_and_every_dropped_one() {
    let (_, out, _) = simulate_text(PLAIN_STACKS, &["--json"]);
    let line = as_json(&out);
    assert_eq!((&line["frames"], &line["dropped"]), (&18.into(), &0.into()));
    assert_eq!(line["virtual_ms"], 1505);
    let cut = LEAST.replace("['left', 'right']", "['left', 'right']\nloss_percent = 100");
    let (_, out, _) = simulate_text(&cut, &["--json"]);
    let line = as_json(&out);
    assert_eq!(line["frames"], line["dropped"]);
    assert_eq!(line["flows"][0]["state"], "no connection");
    assert_ne!(line["frames"], 0);
}

#[test]
fn a_list_names_every_scenario_with_its_title_and_a_file_can_be_printed() {
    let (_, list, _) = simulate(&["--list"]);
    let line = "mss-twice                               ";
    let found = list.lines().find(|found| found.starts_with(line));
    let title = found.expect("a line of it")[line.len()..].to_owned();
    let (exit, file, _) = simulate(&["mss-twice", "--print"]);
    assert_eq!(exit, Exit::Fine);
    assert!(file.starts_with(&format!("title = \"{title}\"")), "{title}");
    assert_eq!(simulate_text(&file, &[]).0, Exit::Fine);
}
