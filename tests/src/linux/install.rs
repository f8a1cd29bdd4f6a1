//! Rules in a router of the lab.

use crate::lab::Lab;

use super::{Engine, IpVersion, Rule};

/// Leaves the router with these rules for one version of IP, in the words of each tool's manual.
///
/// # Panics
/// When the tool is missing or refuses.
pub fn install(lab: &Lab, engine: Engine, version: IpVersion, rules: &[Rule]) {
    let iptables = match version {
        IpVersion::V4 => "iptables",
        IpVersion::V6 => "ip6tables",
    };
    match engine {
        Engine::IptablesLegacy => install_target(lab, &format!("{iptables}-legacy"), rules),
        Engine::IptablesNft => install_target(lab, &format!("{iptables}-nft"), rules),
        Engine::Nft => install_statement(lab, version, rules),
    }
}

fn install_target(lab: &Lab, tool: &str, rules: &[Rule]) {
    lab.on_router(&format!("{tool} --wait -F FORWARD"));
    for rule in rules {
        let ceiling = match rule {
            Rule::RouteMtu => "--clamp-mss-to-pmtu".to_owned(),
            Rule::Fixed(mss) => format!("--set-mss {mss}"),
        };
        lab.on_router(&format!(
            "{tool} --wait -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS {ceiling}"
        ));
    }
}

fn install_statement(lab: &Lab, version: IpVersion, rules: &[Rule]) {
    let table = match version {
        IpVersion::V4 => "ip clamping",
        IpVersion::V6 => "ip6 clamping",
    };
    let statements: String = rules
        .iter()
        .map(|rule| {
            let ceiling = match rule {
                Rule::RouteMtu => "rt mtu".to_owned(),
                Rule::Fixed(mss) => mss.to_string(),
            };
            format!("tcp flags syn tcp option maxseg size set {ceiling} ; ")
        })
        .collect();
    // To add a table that is there already changes nothing, so that there is one to delete.
    lab.on_router(&format!(
        "nft add table {table} ; delete table {table} ; table {table} {{ chain forwarding {{ \
         type filter hook forward priority 0 ; {statements}}} ; }}"
    ));
}
