//! The words of `host-sim bridge`.

use clap::{ArgGroup, Args};

use crate::arguments::PolicyFlags;
use crate::interface::InterfaceName;

/// What `host-sim bridge` is asked to do.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("ceiling")
    .args(["link_mtu", "max_mss_v4", "max_mss_v6", "rule"])
    .required(true)
    .multiple(true))]
pub(crate) struct BridgeArguments {
    /// The interface on one side of the wire; tap:NAME is the other end of that TAP, which is made where
    /// there is none
    #[arg(long, value_name = "IF")]
    pub(crate) left: InterfaceName,
    /// The interface on the other side
    #[arg(long, value_name = "IF")]
    pub(crate) right: InterfaceName,
    #[command(flatten)]
    pub(crate) policy: PolicyFlags,
    /// Report for machines, as JSON
    #[arg(long)]
    pub(crate) json: bool,
}
