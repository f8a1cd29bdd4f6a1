//! The words of `host-sim bridge`.

use clap::{ArgGroup, Args};

use crate::arguments::PolicyFlags;

/// What `host-sim bridge` is asked to do.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("ceiling")
    .args(["link_mtu", "max_mss_v4", "max_mss_v6", "rule"])
    .required(true)
    .multiple(true))]
pub(crate) struct BridgeArguments {
    /// The interface on one side of the wire
    #[arg(long, value_name = "IF")]
    pub(crate) left: String,
    /// The interface on the other side
    #[arg(long, value_name = "IF")]
    pub(crate) right: String,
    #[command(flatten)]
    pub(crate) policy: PolicyFlags,
    /// Report for machines, as JSON
    #[arg(long)]
    pub(crate) json: bool,
}
