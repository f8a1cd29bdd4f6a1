//! The rules of a scenario's routers, and which of their interfaces goes by which name.

use firmware::router::clamp_rule::Ports;

use super::scenario::RouterSpec;
use crate::rules::{Interfaces, Rule};

/// What the rules call a router's ports: its links' names, in their order. The uplink is the WAN.
pub(super) fn ports<'a>(
    router: &RouterSpec,
    links: impl Iterator<Item = &'a str>,
) -> Vec<(&'a str, Ports)> {
    let mut lans = 0..;
    links
        .map(|link| {
            let is_uplink = router.uplink.as_deref() == Some(link);
            let port = if is_uplink {
                Ports::WAN
            } else {
                Ports::lan(lans.next().unwrap_or_default())
            };
            (link, port)
        })
        .collect()
}

/// The rules of a router, and its interfaces.
///
/// # Errors
/// The first rule that can't be honoured, with the word and its place.
pub(super) fn read<'a>(
    router: &RouterSpec,
    links: impl Iterator<Item = &'a str>,
) -> Result<(Vec<Rule>, Interfaces), String> {
    let mut interfaces = Interfaces::unknown();
    for (name, port) in ports(router, links) {
        interfaces = interfaces.and(name, port);
    }
    let rules = router
        .rules
        .iter()
        .map(|text| Rule::parse(text))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| error.to_string())?;
    crate::rules::typed(&rules, &interfaces).map_err(|error| error.to_string())?;
    Ok((rules, interfaces))
}
