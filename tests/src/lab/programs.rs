//! curl and iperf3 on the machines of a lab.

use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use super::{Namespace, output};

/// How often a client looks whether iperf3's server is there yet.
const ATTEMPTS: u32 = 50;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(100);

/// A file that holds other bytes in every packet: 251 is prime.
#[must_use]
pub fn file(length: usize) -> Arc<Vec<u8>> {
    let bytes = (0..=250).cycle().take(length).collect();
    Arc::new(bytes)
}

/// Runs curl with `words`, separated by blanks.
///
/// # Panics
/// When it is not installed.
#[must_use]
pub fn curl(namespace: &Namespace, words: &str) -> Output {
    let command_line = format!("curl --silent --show-error {words}");
    namespace.run(move || output(&command_line))
}

/// Downloads what is at `url`.
///
/// # Panics
/// When it does not come within a minute.
#[must_use]
pub fn fetch(namespace: &Namespace, url: &str) -> Vec<u8> {
    let answer = curl(namespace, &format!("--max-time 60 {url}"));
    let length = answer.stdout.len();
    let said = String::from_utf8_lossy(&answer.stderr);
    assert!(
        answer.status.success(),
        "{url}: {length} bytes came, {said}"
    );
    answer.stdout
}

/// The same for something in words.
///
/// # Panics
/// The same.
#[must_use]
pub fn fetch_text(namespace: &Namespace, url: &str) -> String {
    String::from_utf8_lossy(&fetch(namespace, url)).into_owned()
}

/// Sends `file` to `url`, and returns what the server says about it.
///
/// # Panics
/// When the server does not answer within a minute.
#[must_use]
pub fn upload(namespace: &Namespace, url: &str, file: &[u8]) -> String {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("file");
    std::fs::write(&path, file).expect("a temporary file");
    let answer = curl(
        namespace,
        &format!("--max-time 60 --upload-file {} {url}", path.display()),
    );
    assert!(answer.status.success(), "{url}: {answer:?}");
    String::from_utf8_lossy(&answer.stdout).into_owned()
}

/// Runs iperf3's client with `words` as soon as its server answers.
///
/// # Panics
/// When they never come together.
pub fn iperf3(client: &Namespace, server: &Namespace, words: &str) {
    let mut serving = server.run(|| {
        Command::new("iperf3")
            .args(["-s", "-1"])
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("iperf3: {error}; the package is iperf3"))
    });
    let command_line = format!("iperf3 {words}");
    let mut last = None;
    let came_through = (0..ATTEMPTS).any(|_| {
        sleep(BETWEEN_ATTEMPTS);
        let command_line = command_line.clone();
        let done = client.run(move || output(&command_line));
        let success = done.status.success();
        last = Some(done);
        success
    });
    // Gone already where all went well.
    let _ = serving.kill();
    let _ = serving.wait();
    assert!(
        came_through,
        "`iperf3 {words}` never came through: {last:?}"
    );
}
