//! Who is at the customer's end.

use crate::access_concentrator::Mac;
use crate::lab::dialed::Dialed;
use crate::lab::plan;
use crate::lab::router_box::RouterBox;
use crate::lab::start::NATIVE_BITS_PER_SECOND;
use crate::lab::switch::Switch;

/// The customer's router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineRouter {
    /// Linux: pppd, masquerade, and the kernel's clamp.
    Linux(Customer),
    /// Ours, in this process.
    Native(Customer),
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
}

impl Default for Customer {
    fn default() -> Self {
        Self {
            name: "customer".to_owned(),
            password: "secret".to_owned(),
            mru_bytes: 1492,
            clamp: true,
        }
    }
}

impl Customer {
    /// For `guests/cpe.sh`.
    pub(super) fn command(&self, vlan: Option<u16>) -> String {
        let (access, make) = match vlan {
            Some(vlan) => (format!("vec0.{vlan}"), format!("vlan {vlan}; ")),
            None => ("vec0".to_owned(), String::new()),
        };
        let unclamp = if self.clamp { "" } else { "unclamp; " };
        format!(
            "{make}{unclamp}dial access={access} user={} password={} mru={}",
            self.name, self.password, self.mru_bytes
        )
    }
}

/// The LAN's side of the guest in `guests/cpe.sh`.
const LINUX_LAN_MAC: Mac = [0x02, 0, 0, 0, 0xce, 0x01];

impl LineRouter {
    /// Its MAC address in the LAN.
    pub(super) fn lan_mac(&self) -> Mac {
        match self {
            Self::Linux(_) => LINUX_LAN_MAC,
            Self::Native(_) => plan::ROUTER_MAC,
        }
    }

    /// Starts it, if it is not Linux, and says how fast frames go to it, in bits a second.
    pub(super) fn start(&self, switch: Switch, seed: u64) -> Result<(RouterBox, u64), String> {
        match self {
            Self::Linux(_) => Err("the Linux router was not booted".to_owned()),
            Self::Native(customer) => {
                let dialed = Dialed::new(customer, switch, seed)?;
                Ok((RouterBox::Dialed(Box::new(dialed)), NATIVE_BITS_PER_SECOND))
            }
        }
    }
}
