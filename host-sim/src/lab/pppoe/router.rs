//! Who is at the customer's end.

use crate::access_concentrator::Mac;
use crate::lab::arguments::RouterChoice;
use crate::lab::native::Native;
use crate::lab::plan;
use crate::lab::router_box::RouterBox;
use crate::lab::start::{self, NATIVE_BITS_PER_SECOND};
use crate::lab::switch::Switch;

/// The customer's router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineRouter {
    /// Linux: pppd, masquerade, and the kernel's clamp.
    Linux(Customer),
    /// Ours, in this process.
    Native(Customer),
    /// Ours, as the command line wants it: an image in QEMU, for one.
    Chosen(Customer, Choice),
}

/// Where our router runs, as `host-sim lab` is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice(RouterChoice);

impl From<&RouterChoice> for Choice {
    fn from(choice: &RouterChoice) -> Self {
        Self(choice.clone())
    }
}

/// What the customer's router dials with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// The name that it gives.
    pub name: String,
    /// The password.
    pub password: String,
    /// What it wants to receive, in bytes; over 1492 by RFC 4638.
    pub mru_bytes: u16,
    /// Whether it lowers the MSS of SYNs.
    pub clamp: bool,
    /// How often it asks whether the access concentrator is still there, in seconds. An image in QEMU
    /// has an interval of its own.
    pub echo_interval_s: u16,
}

impl Default for Customer {
    fn default() -> Self {
        Self {
            name: "customer".to_owned(),
            password: "secret".to_owned(),
            mru_bytes: 1492,
            clamp: true,
            echo_interval_s: 10,
        }
    }
}

impl Customer {
    /// What the router's port has to carry behind the Ethernet header, in bytes.
    pub(crate) fn port_mtu_bytes(&self) -> u16 {
        self.mru_bytes.saturating_add(PPPOE_AND_PPP_BYTES)
    }

    /// For `guests/cpe.sh`.
    pub(super) fn command(&self, vlan: Option<u16>) -> String {
        let (access, make) = match vlan {
            Some(vlan) => (format!("vec0.{vlan}"), format!("vlan {vlan}; ")),
            None => ("vec0".to_owned(), String::new()),
        };
        let unclamp = if self.clamp { "" } else { "unclamp; " };
        format!(
            "{make}{unclamp}dial access={access} user={} password={} mru={} echo={}",
            self.name, self.password, self.mru_bytes, self.echo_interval_s
        )
    }
}

/// What both headers take of a frame's payload.
pub(super) const PPPOE_AND_PPP_BYTES: u16 = 8;
/// The LAN's side of the guest in `guests/cpe.sh`.
const LINUX_LAN_MAC: Mac = [0x02, 0, 0, 0, 0xce, 0x01];

impl LineRouter {
    /// Its MAC address in the LAN.
    pub(super) fn lan_mac(&self) -> Mac {
        match self {
            Self::Linux(_) => LINUX_LAN_MAC,
            Self::Chosen(_, Choice(choice)) if !choice.native => choice.machine.mac(),
            Self::Native(_) | Self::Chosen(..) => plan::ROUTER_MAC,
        }
    }

    /// Starts it, if it is not Linux, and says how fast frames go to it, in bits a second.
    pub(super) fn start(&self, switch: Switch, seed: u64) -> Result<(RouterBox, u64), String> {
        let wan_vlan = switch.wan_vlan();
        match self {
            Self::Linux(_) => Err("the Linux router was not booted".to_owned()),
            Self::Native(customer) => {
                let seed = u128::from(seed).to_be_bytes();
                let native = Native::dialing(customer, wan_vlan, seed)?;
                Ok((RouterBox::Native(native), NATIVE_BITS_PER_SECOND))
            }
            Self::Chosen(customer, Choice(choice)) => start::dialing(choice, customer, wan_vlan),
        }
    }
}
