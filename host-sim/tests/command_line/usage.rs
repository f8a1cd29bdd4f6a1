//! Help, and what is refused before any file is opened.

use crate::{
    Folder, assert_plain, assert_refused, capture, host_sim, quoted_words, stderr, stdout,
};

#[test]
fn help_shows_examples_that_are_understood() {
    for words in [&["--help"][..], &["clamp", "--help"], &["help", "clamp"]] {
        let output = host_sim().args(words).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{words:?}");
        let help = stdout(&output);
        let (_, examples) = help.split_once("Examples:").unwrap();
        assert!(examples.contains("host-sim clamp before.pcap after.pcap --link-mtu 1492"));
        assert_plain(help);
    }
}

#[test]
fn help_for_clamp_names_every_flag() {
    let output = host_sim().args(["clamp", "--help"]).output().unwrap();
    for flag in [
        "--link-mtu",
        "--max-mss-v4",
        "--max-mss-v6",
        "--rule",
        "--tunnels",
        "--insert-missing",
        "--json",
    ] {
        assert!(stdout(&output).contains(flag), "{flag}");
    }
}

/// What the help shows must work. The captures of the examples are not there, so each is understood
/// when what is missing is a file and not a word.
#[test]
fn the_examples_of_the_help_are_understood() {
    let folder = Folder::new();
    let output = host_sim().arg("--help").output().unwrap();
    let (_, examples) = stdout(&output).split_once("Examples:").unwrap();
    let examples: Vec<&str> = examples
        .lines()
        .filter_map(|line| line.split_once("host-sim "))
        .map(|(_, words)| words.split('>').next().unwrap())
        .collect();
    assert!(examples.len() >= 4, "{examples:?}");
    for example in examples {
        let output = host_sim()
            .current_dir(folder.path(""))
            .args(quoted_words(example))
            .output()
            .unwrap();
        let said = stderr(&output);
        let missing_capture = said.contains("No such file") || said.contains("the file is empty");
        assert!(missing_capture, "{example}: {said}");
    }
}

/// The same for the commands that need a network: nobody has interfaces of these names, and the image
/// may not be built.
#[test]
#[cfg(target_os = "linux")]
fn the_examples_on_a_network_are_understood() {
    let folder = Folder::new();
    for command in ["lab", "bridge", "router"] {
        let output = host_sim().args([command, "--help"]).output().unwrap();
        let help = stdout(&output);
        assert_plain(help);
        let (_, examples) = help.split_once("Examples:").unwrap();
        let examples: Vec<&str> = examples
            .lines()
            .filter_map(|line| line.split_once("host-sim "))
            .map(|(_, words)| words)
            .filter(|words| words.starts_with(command) && !words.contains("--capture"))
            .collect();
        assert!(!examples.is_empty(), "{help}");
        for example in examples {
            let output = host_sim()
                .current_dir(folder.path(""))
                .args(quoted_words(example))
                .output()
                .unwrap();
            let said = stderr(&output);
            let missing_interface = said.contains("there is no interface \"port1\" here");
            assert!(
                output.status.success() || missing_interface,
                "{example}: {said}"
            );
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn without_qemu_the_lab_says_what_to_install() {
    let folder = Folder::new();
    let image = folder.file("image.elf", b"never started");
    let output = host_sim()
        .env("PATH", folder.path(""))
        .args(["lab", "black-hole", "--image"])
        .arg(image)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    for words in [
        "qemu-system-arm is not installed",
        "apt-get install",
        "--native",
    ] {
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn without_a_command_the_help_comes_and_exit_code_2() {
    let output = host_sim().output().unwrap();
    assert_refused(&output, &["Usage: host-sim", "clamp", "Examples:"]);
}

#[test]
fn the_version_is_that_of_the_package() {
    let output = host_sim().arg("--version").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let version = format!("host-sim {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(stdout(&output), version);
}

/// Runs `clamp` over a capture with these flags, which must be refused with nothing written.
fn assert_flags_refused(flags: &[&str], words: &[&str]) {
    let folder = Folder::new();
    let input = folder.file("in.pcap", &capture(1460));
    let out = folder.path("out.pcap");
    let output = host_sim()
        .arg("clamp")
        .args([&input, &out])
        .args(flags)
        .output()
        .unwrap();
    assert_refused(&output, words);
    assert_eq!(stdout(&output), "");
    assert!(!out.exists(), "{flags:?}: OUT was written");
}

#[test]
fn without_a_ceiling_the_flags_that_set_one_are_named() {
    assert_flags_refused(
        &[],
        &["--link-mtu", "--max-mss-v4", "--max-mss-v6", "--rule"],
    );
    assert_flags_refused(&["--json"], &["--link-mtu", "--max-mss-v4", "--max-mss-v6"]);
}

#[test]
fn a_link_mtu_under_88_is_refused() {
    assert_flags_refused(
        &["--link-mtu", "40"],
        &["--link-mtu", "40 bytes", "under 88"],
    );
    assert_flags_refused(
        &["--link-mtu", "87"],
        &["--link-mtu", "87 bytes", "under 88"],
    );
}

#[test]
fn a_fixed_ceiling_under_48_is_refused() {
    assert_flags_refused(
        &["--max-mss-v4", "47"],
        &["--max-mss-v4", "47 bytes", "under 48"],
    );
    assert_flags_refused(
        &["--max-mss-v6", "0"],
        &["--max-mss-v6", "0 bytes", "under 48"],
    );
}

#[test]
fn what_is_no_number_of_bytes_is_refused() {
    assert_flags_refused(
        &["--link-mtu", "x"],
        &["'x'", "--link-mtu", "not a whole number"],
    );
    assert_flags_refused(&["--link-mtu", ""], &["--link-mtu", "not a whole number"]);
    assert_flags_refused(&["--link-mtu", "1492.5"], &["'1492.5'", "--link-mtu"]);
    assert_flags_refused(
        &["--link-mtu=-1"],
        &["'-1'", "--link-mtu", "not a whole number"],
    );
    assert_flags_refused(
        &["--link-mtu", "-1"],
        &["'-1'", "--link-mtu", "not a whole number"],
    );
    let past_u32 = ["--link-mtu", "4294967296"];
    assert_flags_refused(&past_u32, &["--link-mtu", "up to 4294967295"]);
    assert_flags_refused(&["--max-mss-v6", "65536"], &["--max-mss-v6", "up to 65535"]);
}

#[test]
fn a_word_too_many_and_one_too_few_are_refused() {
    assert_flags_refused(&["--link-mtu", "1492", "third"], &["'third'"]);
    assert_flags_refused(&["--link-mtu", "1492", "--mtu", "1"], &["'--mtu'"]);
    let output = host_sim()
        .args(["clamp", "in.pcap", "--link-mtu", "1492"])
        .output()
        .unwrap();
    assert_refused(&output, &["<OUT>"]);
}
