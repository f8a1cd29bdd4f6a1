//! ISC's DHCP server and radvd, which advertises a router, on a machine of a lab.

use std::fs;
use std::io::ErrorKind;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::Namespace;

/// `dhcpd`, until this value is dropped.
pub struct DhcpServer {
    child: Child,
    _files: TempDir,
}

impl DhcpServer {
    /// Starts it on `device`, for the IP version 4 or 6, with the text of its configuration.
    ///
    /// # Panics
    /// When it is missing (with the package to install), or its files can't be written.
    #[must_use]
    pub fn start(
        namespace: &Namespace,
        ip_version: u8,
        device: &str,
        configuration: &str,
    ) -> DhcpServer {
        let files = tempfile::tempdir().expect("a temporary directory");
        let [config, leases] = ["conf", "leases"].map(|name| files.path().join(name));
        fs::write(&config, configuration).expect("the server's configuration");
        fs::write(&leases, "").expect("the server's leases");
        let device = device.to_owned();
        let child = namespace.run(move || {
            Command::new("dhcpd")
                .args([&format!("-{ip_version}"), "-f", "-q", "--no-pid", "-cf"])
                .arg(config)
                .arg("-lf")
                .arg(leases)
                .arg(device)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
        });
        match child {
            Ok(child) => DhcpServer {
                child,
                _files: files,
            },
            Err(error) if error.kind() == ErrorKind::NotFound => {
                panic!("`dhcpd` is not installed: the package is isc-dhcp-server")
            }
            Err(error) => panic!("dhcpd could not be started: {error}"),
        }
    }
}

impl Drop for DhcpServer {
    fn drop(&mut self) {
        // Gone already if it refused its configuration; then the test has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `radvd`, until this value is dropped.
pub struct Advertiser {
    child: Child,
    _files: TempDir,
}

impl Advertiser {
    /// Starts it with the text of its configuration.
    ///
    /// # Panics
    /// When it is missing (with the package to install), or its files can't be written.
    #[must_use]
    pub fn start(namespace: &Namespace, configuration: &str) -> Advertiser {
        let files = tempfile::tempdir().expect("a temporary directory");
        let [config, pid] = ["conf", "pid"].map(|name| files.path().join(name));
        fs::write(&config, configuration).expect("the advertiser's configuration");
        let child = namespace.run(move || {
            Command::new("radvd")
                .args(["--nodaemon", "--logmethod", "none", "--config"])
                .arg(config)
                .arg("--pidfile")
                .arg(pid)
                .spawn()
        });
        match child {
            Ok(child) => Advertiser {
                child,
                _files: files,
            },
            Err(error) => panic!("`radvd` could not be started: {error}; the package is radvd"),
        }
    }
}

impl Drop for Advertiser {
    fn drop(&mut self) {
        // Gone already if it refused its configuration; then the test has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
