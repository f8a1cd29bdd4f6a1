//! The picture of a simulated run, in a real browser: the script runs to its end, everything that was
//! drawn is there, and there is something to see.
//!
//! Needs Chromium, of whatever name; Debian's package is chromium-headless-shell.

use std::fs::{metadata, read_to_string};
use std::path::Path;
use std::process::{Command, Output};

use host_sim::Exit;
use tests::lab::host_sim;

const BROWSERS: [&str; 5] = [
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "chrome",
];
/// An empty page of this size has under a fifth of it.
const LEAST_SCREENSHOT_BYTES: u64 = 30_000;

fn browser(words: &[&str], page: &Path) -> Output {
    for browser in BROWSERS {
        let output = Command::new(browser)
            .args(["--headless", "--no-sandbox", "--disable-gpu"])
            // What the page's script has to complain about.
            .args(["--enable-logging=stderr", "--v=0"])
            .args(words)
            .arg(format!("file://{}", page.display()))
            .output();
        if let Ok(output) = output {
            assert!(output.status.success(), "{browser}: {output:?}");
            return output;
        }
    }
    panic!("no browser: the package chromium-headless-shell is needed");
}

fn draw(words: &str, page: &Path) -> String {
    let command_line = format!("simulate {words} --picture {}", page.display());
    let (exit, out, err) = host_sim(&command_line);
    assert_eq!(exit, Exit::Fine, "{out}{err}");
    read_to_string(page).expect("the page was written")
}

fn is_seen_in_a_browser(words: &str, labels: &[&str]) {
    let directory = tempfile::tempdir().expect("a directory");
    let page = directory.path().join("page.html");
    let written = draw(words, &page);
    assert!(
        !written.contains("http:") && !written.contains("https:"),
        "nothing comes from elsewhere"
    );
    let screenshot = directory.path().join("page.png");
    let output = browser(&["--dump-dom"], &page);
    let (seen, said) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(!said.contains("CONSOLE"), "{said}");
    // The script's last line counts the arrows that it found.
    let arrows = written.matches("<g class=\"arrow ").count();
    assert!(arrows > 10, "{arrows} arrows");
    assert!(
        seen.contains(&format!("data-ready=\"{arrows}\"")),
        "the script did not come to its end"
    );
    // A number that is none anywhere would be drawn nowhere.
    assert!(!written.contains("NaN") && !written.contains("inf"));
    for label in labels {
        assert!(seen.contains(label), "{label} is not on the page");
    }
    let path = format!("--screenshot={}", screenshot.display());
    let _ = browser(
        &[&path, "--window-size=1150,2000", "--hide-scrollbars"],
        &page,
    );
    let len = metadata(&screenshot).expect("a screenshot").len();
    assert!(len > LEAST_SCREENSHOT_BYTES, "{len} bytes of screenshot");
}

#[test]
fn a_black_hole_is_seen_in_a_browser() {
    is_seen_in_a_browser(
        "masquerading-server-goes-deaf --without cure",
        &[
            ">SYN mss 1460</text>",
            ">1500 bytes: too big, in silence</text>",
            "of silence</text>",
            ">provider</text>",
            "hangs at 0 of 200000 bytes",
        ],
    );
}

#[test]
fn a_change_in_mid_flow_is_seen_in_a_browser() {
    is_seen_in_a_browser(
        "mtu-lowered-in-mid-flow",
        &["line carries 1300 bytes from now on", ">1242 bytes</text>"],
    );
}

#[test]
fn names_and_titles_are_text_whatever_they_hold() {
    let directory = tempfile::tempdir().expect("a directory");
    let (scenario, page) = (
        directory.path().join("scenario.toml"),
        directory.path().join("page.html"),
    );
    let text = "title = '<script>alert(1)</script>'\n[hosts.'<b>']\n[hosts.'&']\n\
                [links.l]\nends = ['<b>', '&']\n\
                [flows.'\"f']\nfrom = '<b>'\nto = '&'\nbytes = 1000\n";
    std::fs::write(&scenario, text).expect("a file");
    let written = draw(&scenario.display().to_string(), &page);
    assert!(!written.contains("<script>alert") && !written.contains("<b><"));
    assert!(written.contains("&lt;script&gt;alert(1)") && written.contains("&quot;f"));
}
