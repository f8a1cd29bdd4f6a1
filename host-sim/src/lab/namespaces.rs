//! Two network namespaces at the ends of the lab, for real programs: `ip netns exec lab-lan curl ...`.

use std::io::ErrorKind;
use std::process::Command;

use crate::interface::InterfaceName;

/// What prepares both, in order. The namespace of the WAN is hop and server in one.
const SETUP: [&str; 19] = [
    "netns add lab-lan",
    "netns add lab-wan",
    "link add lab-lan0 type veth peer name eth0 netns lab-lan",
    "link add lab-wan0 type veth peer name eth0 netns lab-wan",
    "link set lab-lan0 up",
    "link set lab-wan0 up",
    "-n lab-lan link set lo up",
    "-n lab-lan link set eth0 up",
    "-n lab-lan address add 192.168.1.2/24 dev eth0",
    "-n lab-lan address add 2001:db8:1::2/64 dev eth0 nodad",
    "-n lab-lan route add default via 192.168.1.1",
    "-n lab-lan -6 route add default via 2001:db8:1::1",
    "-n lab-wan link set lo up",
    "-n lab-wan link set eth0 up",
    "-n lab-wan address add 198.51.100.1/24 dev eth0",
    "-n lab-wan address add 203.0.113.2/32 dev lo",
    "-n lab-wan address add 2001:db8:2::1/64 dev eth0 nodad",
    "-n lab-wan address add 2001:db8:3::2/128 dev lo nodad",
    "-n lab-wan -6 route add 2001:db8:1::/64 via 2001:db8:2::2",
];
/// What is left of them is nothing: interfaces go with their namespaces.
const REMOVAL: [&str; 2] = ["netns delete lab-lan", "netns delete lab-wan"];

/// The namespaces; they are removed with this value.
pub(super) struct Namespaces;

impl Namespaces {
    /// This machine's end of the LAN.
    pub(super) fn lan_interface() -> InterfaceName {
        InterfaceName::Device("lab-lan0".to_owned())
    }

    /// This machine's end of the WAN.
    pub(super) fn wan_interface() -> InterfaceName {
        InterfaceName::Device("lab-wan0".to_owned())
    }

    /// What a user may want to do with them.
    pub(super) const HINT: &str = "\n\
        \x20 ip netns exec lab-lan ping 203.0.113.2\n\
        \x20 ip netns exec lab-wan iperf3 -s\n\
        \x20 ip netns exec lab-lan iperf3 -c 203.0.113.2 -R\n\
        \x20 ip netns exec lab-lan curl http://[2001:db8:3::2]/";

    /// Makes them.
    pub(super) fn create() -> Result<Self, String> {
        let [first, rest @ ..] = SETUP;
        ip(first).map_err(|error| {
            format!(
                "{error}\nIs it left over? Then: ip netns delete lab-lan; ip netns delete lab-wan"
            )
        })?;
        // From here on there is something to remove.
        let namespaces = Self;
        rest.into_iter().try_for_each(ip)?;
        Ok(namespaces)
    }
}

impl Drop for Namespaces {
    fn drop(&mut self) {
        for words in REMOVAL {
            // What was never made can't be removed, and need not.
            let _ = ip(words);
        }
    }
}

fn ip(words: &str) -> Result<(), String> {
    let output = Command::new("ip")
        .args(words.split(' '))
        .output()
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => "ip is not installed: apt-get install iproute2".to_owned(),
            _ => format!("ip: {error}"),
        })?;
    if output.status.success() {
        Ok(())
    } else {
        Err(format!(
            "ip {words}: {}",
            String::from_utf8_lossy(&output.stderr).trim_end()
        ))
    }
}
