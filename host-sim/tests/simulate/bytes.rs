//! The same seed gives the same bytes at the same moments, on every machine. Whoever changes what the simulator's own TCP
//! sends puts the new hashes here, and has `tests/tests/path_mtu_discovery.rs` hold the sizes to Linux's.

use std::fs;

use host_sim::Exit;
use sha1::{Digest, Sha1};

use super::{simulate, simulate_text};

/// The hash of all captures of a run.
fn captured(run: impl Fn(&[&str]) -> (Exit, String, String)) -> String {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().to_string_lossy().into_owned();
    let (exit, out, err) = run(&["--capture", &path]);
    assert_eq!(exit, Exit::Fine, "{err}{out}");
    let mut files: Vec<_> = fs::read_dir(&path)
        .expect("the captures")
        .map(|file| file.expect("a capture").path())
        .collect();
    files.sort();
    let mut hash = Sha1::new();
    for file in files {
        hash.update(fs::read(file).expect("a capture"));
    }
    let bytes = hash.finalize();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_everywhere() {
    let with_seed = |seed| {
        captured(|words| {
            let name = ["masquerading-server-goes-deaf", "--seed", seed];
            simulate(&[&name[..], words].concat())
        })
    };
    assert_eq!(with_seed("1"), "b57d68d7e2312e08dbf1f4c2f5efba0f59ebf2b9");
    assert_ne!(with_seed("1"), with_seed("2"));
}

/// ```text
/// left ── near ── one ── hop ── two ── far ── right
/// ```
fn network(stack: &str, hop: &str, router: &str, flow: &str) -> String {
    let ends = [
        ("near", "'left', 'one'", ""),
        ("hop", "'one', 'two'", hop),
        ("far", "'two', 'right'", ""),
    ];
    let mut text = "title = 't'\nuntil_s = 120\n".to_owned();
    for host in ["left", "right"] {
        text += &format!("[hosts.{host}]\n{stack}\n");
    }
    for name in ["one", "two"] {
        text += &format!("[routers.{name}]\n{router}\n");
    }
    for (name, ends, more) in ends {
        text += &format!("[links.{name}]\nends = [{ends}]\n{more}\n");
    }
    text + &format!("[flows.f]\nfrom = 'left'\nto = 'right'\n{flow}\n")
}

/// Every way in which the simulator's own TCP can be in trouble. No firmware is on the way.
#[test]
fn the_simulators_tcp_sends_the_same_bytes_everywhere() {
    let [deaf, icmp, probing] = ["stack = 'deaf'", "stack = 'icmp'", "stack = 'probing'"];
    let silent = "keeps_silent = true";
    for (stack, hop, router, flow, expected) in [
        (
            deaf,
            "",
            "",
            "bytes = 300000",
            "f6247ba378238c5051dc102f14c10b10759fea34",
        ),
        (
            icmp,
            "mtu_bytes = 1400",
            "",
            "bytes = 300000",
            "19b9e5d945573c89348416fa177a128472c750cd",
        ),
        (
            icmp,
            "mtu_bytes = 1400\nloss_percent = 5",
            "",
            "bytes = 300000\nip = 6",
            "4b6ff19ef0cedcfe29d27ecf77ff13fdb3cd8f59",
        ),
        (
            deaf,
            "loss_percent = 5",
            "",
            "bytes = 200000",
            "befa6c1ca676137192d18e02a5c79884b1a93aa8",
        ),
        (
            deaf,
            "loss_percent = 20",
            "",
            "bytes = 50000\ncarries = 'upload'",
            "4e12e85f47421bc87e83cd637a5d7f0eaef322c1",
        ),
        (
            deaf,
            "reorder_percent = 10\nduplicate_percent = 10",
            "",
            "bytes = 300000",
            "79876232a6e48fe7de4b34dfe62797b99965179c",
        ),
        (
            deaf,
            "corrupt_percent = 5",
            "",
            "bytes = 100000",
            "80b82a3dbffde787c7281be81b8c406347cfaafd",
        ),
        (
            deaf,
            "mbits_per_second = 5\nqueue_frames = 8\ndelay_ms = 20",
            "",
            "bytes = 500000",
            "d3ae78c1373f0b77a3a79fce36c5a290cc9b6a7d",
        ),
        (
            deaf,
            "delay_ms = 400\nloss_percent = 2",
            "",
            "bytes = 200000",
            "1dfc49c787f1764ee5f9521004589a2f88cd89ee",
        ),
        (
            probing,
            "mtu_bytes = 1400",
            silent,
            "bytes = 900000",
            "cadd75ad5fcf5b7a54ad171b451adb1f741fa297",
        ),
        (
            probing,
            "mtu_bytes = 1300",
            silent,
            "bytes = 900000\nip = 6",
            "68d24ddb982cdbc5ddf0da4328cc6027cc0b02d3",
        ),
        (
            probing,
            "mtu_bytes = 600",
            silent,
            "bytes = 900000",
            "9abbdc75099e1eeff7407edb6d85e367d08904d1",
        ),
        (
            probing,
            "mtu_bytes = 256",
            silent,
            "bytes = 90000",
            "ada6974ac5bcdc40df0de365c84753895fb7334b",
        ),
        (
            probing,
            "mtu_bytes = 1400\nloss_percent = 3",
            silent,
            "bytes = 900000",
            "be7ab3b02096f4a76c30cb6e52d8b68c2002f2e3",
        ),
        (
            probing,
            "mtu_bytes = 1400\nmbits_per_second = 2\nqueue_frames = 12",
            silent,
            "bytes = 900000",
            "3aaa27b3dd159109453ccb61cd36d817ad2237ef",
        ),
        (
            "stack = 'deaf'\nfast_open = true",
            "loss_percent = 40",
            "",
            "bytes = 20000",
            "650d62aa04e811f8b3ce3ca851d568177da38487",
        ),
        (
            "stack = 'deaf'\nfast_open = true",
            "",
            "",
            "bytes = 20000\ncarries = 'upload'",
            "48635b3428894dbc5b8efa288ec015c5adf433df",
        ),
        (
            "stack = 'icmp'\nsyn = 'without-mss'",
            "mtu_bytes = 500",
            "",
            "bytes = 20000",
            "d57801954c207966d3c8296a3dc04935a1359f5d",
        ),
        (
            "stack = 'icmp'\nsyn = 'mss-twice'",
            "",
            "",
            "bytes = 20000\nip = 6",
            "32ea1a83fd44e2a88335b51fee6aba55fd60245f",
        ),
    ] {
        let text = network(stack, hop, router, flow);
        let hash = captured(|words| simulate_text(&text, words));
        assert_eq!(hash, expected, "{stack} {hop} {router} {flow}");
    }
}
