//! The words of `host-sim router`.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddrV4};
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use firmware::router::config::{ForwardedProtocol, PortForward};

use crate::interface::InterfaceName;
use crate::rules::Rule;

/// What `host-sim router` is asked to do.
#[derive(Debug, Args)]
pub(crate) struct RouterArguments {
    /// The interface towards the hosts; tap:NAME is the other end of that TAP, which is made where there is
    /// none
    #[arg(long, value_name = "IF")]
    pub(crate) lan: InterfaceName,
    /// The interface towards everybody else; the same one if VLANs tell the two apart
    #[arg(long, value_name = "IF")]
    pub(crate) wan: InterfaceName,
    /// The router's address in the LAN and the length of its prefix (192.168.1.1/24); once more for
    /// IPv6, with a prefix of 64 bits that is advertised to the hosts
    #[arg(long, value_name = "ADDRESS/N", required = true)]
    pub(crate) lan_address: Vec<AddressInNetwork>,
    /// The router's address on the WAN (203.0.113.2/24); once more for IPv6
    #[arg(long, value_name = "ADDRESS/N",
        required_unless_present_any = ["wan_dhcp", "pppoe_user"])]
    pub(crate) wan_address: Vec<AddressInNetwork>,
    /// The next hop on the WAN; once more for IPv6
    #[arg(long, value_name = "ADDRESS",
        required_unless_present_any = ["wan_dhcp", "pppoe_user"])]
    pub(crate) gateway: Vec<IpAddr>,
    /// The WAN's address, gateway and MTU come from a DHCP server
    #[arg(long, conflicts_with_all = ["wan_address", "gateway", "pppoe_user"])]
    pub(crate) wan_dhcp: bool,
    /// The WAN is a PPPoE session, for which the router gives this name
    #[arg(long, value_name = "NAME", requires = "pppoe_password_file",
        conflicts_with_all = ["wan_address", "gateway"])]
    pub(crate) pppoe_user: Option<String>,
    /// The file whose first line is the password for the PPPoE session: on a command line everybody could
    /// read it
    #[arg(long, value_name = "FILE", requires = "pppoe_user")]
    pub(crate) pppoe_password_file: Option<PathBuf>,
    /// The service to ask the access concentrator for, if not for any
    #[arg(long, value_name = "NAME", requires = "pppoe_user")]
    pub(crate) pppoe_service: Option<String>,
    /// The LAN is this VLAN of its interface
    #[arg(long, value_name = "N")]
    pub(crate) lan_vlan: Option<u16>,
    /// The WAN is this VLAN of its interface
    #[arg(long, value_name = "N")]
    pub(crate) wan_vlan: Option<u16>,
    /// The longest packet in the LAN, in bytes
    #[arg(long, value_name = "N", default_value_t = 1500)]
    pub(crate) lan_mtu: u16,
    /// The longest packet on the WAN, in bytes (1492 behind a modem that does PPPoE): SYNs are clamped to it.
    /// With --pppoe-user, what the wire carries: 1508 for 1500 in the session
    #[arg(long, value_name = "N", default_value_t = 1500)]
    pub(crate) wan_mtu: u16,
    /// A port of the WAN's address that leads to a host (tcp/8080=192.168.1.2:80); any number
    #[arg(long, value_name = "PROTOCOL/PORT=HOST:PORT")]
    pub(crate) forward: Vec<Forward>,
    /// Leave SYNs as they are
    #[arg(long)]
    pub(crate) no_clamp: bool,
    /// Clamp only the SYNs that this rule of iptables, ip6tables, firewalld or nft takes, to what it says
    /// (the path's MTU is the ports'; interfaces are --lan and --wan, with a VLAN also port1.7). Any
    /// number, the first that matches wins
    #[arg(long, value_name = "RULE", allow_hyphen_values = true,
        conflicts_with_all = ["no_clamp", "tunnels"])]
    pub(crate) rule: Vec<Rule>,
    /// Clamp inside IPIP, 6in4, 4in6, 6in6 and GRE, too
    #[arg(long, conflicts_with = "no_clamp")]
    pub(crate) tunnels: bool,
    /// What ports and hashes are drawn from, if not from the system's randomness
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Report for machines, as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// An address and the prefix around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AddressInNetwork {
    pub(crate) address: IpAddr,
    pub(crate) prefix_len: u8,
}

impl FromStr for AddressInNetwork {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (address, prefix_len) = text
            .split_once('/')
            .ok_or("the length of its prefix is missing, as in 192.168.1.1/24")?;
        let address = address
            .parse()
            .map_err(|error| format!("{address}: {error}"))?;
        let prefix_len = prefix_len
            .parse()
            .map_err(|error| format!("prefix length {prefix_len}: {error}"))?;
        Ok(Self {
            address,
            prefix_len,
        })
    }
}

impl fmt::Display for AddressInNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix_len)
    }
}

/// A port forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Forward(pub(crate) PortForward);

impl FromStr for Forward {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = "not of the form tcp/8080=192.168.1.2:80";
        let (outside, inside) = text.split_once('=').ok_or(form)?;
        let (protocol, outside_port) = outside.split_once('/').ok_or(form)?;
        let protocol = match protocol {
            "tcp" => ForwardedProtocol::Tcp,
            "udp" => ForwardedProtocol::Udp,
            other => return Err(format!("{other}: neither tcp nor udp")),
        };
        let outside_port = outside_port
            .parse()
            .map_err(|error| format!("port {outside_port}: {error}"))?;
        let inside: SocketAddrV4 = inside
            .parse()
            .map_err(|error| format!("{inside}: {error}"))?;
        let inside_address: Ipv4Addr = *inside.ip();
        Ok(Self(PortForward {
            protocol,
            outside_port,
            inside: inside_address,
            inside_port: inside.port(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_needs_the_length_of_its_prefix() {
        let address: AddressInNetwork = "192.168.1.1/24".parse().unwrap();
        assert_eq!(address.to_string(), "192.168.1.1/24");
        assert!("192.168.1.1".parse::<AddressInNetwork>().is_err());
        assert!("192.168.1/24".parse::<AddressInNetwork>().is_err());
        assert!("192.168.1.1/300".parse::<AddressInNetwork>().is_err());
    }

    #[test]
    fn a_forward_names_protocol_and_both_ports() {
        let Forward(forward) = "udp/53=192.168.1.2:5353".parse().unwrap();
        assert_eq!(forward.protocol, ForwardedProtocol::Udp);
        assert_eq!((forward.outside_port, forward.inside_port), (53, 5353));
        for wrong in [
            "53=192.168.1.2:53",
            "sctp/1=192.168.1.2:1",
            "tcp/1=[::1]:1",
            "tcp/65536=192.168.1.2:1",
        ] {
            assert!(wrong.parse::<Forward>().is_err(), "{wrong}");
        }
    }
}
