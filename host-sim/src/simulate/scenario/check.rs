//! What a scenario has to keep that its types don't say.

use super::super::rules;
use super::suggest::nearest;
use super::{HostSpec, LinkSpec, Quality, RouterKind, RouterSpec, Scenario, Stack, SynShape};

/// IP's smallest MTU (RFC 791) is lower, but no host of ours could connect through it.
const LEAST_MTU_BYTES: u16 = 256;
/// So many links get an address of their own.
const MOST_LINKS: usize = 200;
/// A transfer above would not end in anybody's lifetime.
const MOST_BYTES: u32 = 1_000_000_000;
const LONGEST_S: f64 = 86_400.0;

/// The first thing that can't be.
pub(super) fn check(scenario: &Scenario) -> Result<(), String> {
    if scenario.links.is_empty() || scenario.flows.is_empty() {
        return Err("a scenario needs a link and a flow at the least".to_owned());
    }
    if scenario.links.len() + scenario.tunnels.len() > MOST_LINKS {
        return Err(format!(
            "there are more than {MOST_LINKS} links and tunnels"
        ));
    }
    if scenario.until_s == 0 || f64::from(scenario.until_s) > LONGEST_S {
        return Err(format!("until_s: not between 1 and {LONGEST_S}"));
    }
    for name in scenario.hosts.keys() {
        if scenario.routers.contains_key(name) {
            return Err(format!("{name} is a host and a router"));
        }
    }
    check_links(scenario)?;
    check_tunnels(scenario)?;
    for (name, host) in &scenario.hosts {
        check_host(scenario, name, host).map_err(|error| format!("hosts.{name}: {error}"))?;
    }
    for (name, router) in &scenario.routers {
        check_router(scenario, name, router).map_err(|error| format!("routers.{name}: {error}"))?;
    }
    check_flows(scenario)?;
    check_changes(scenario)?;
    check_expectations(scenario)
}

fn check_links(scenario: &Scenario) -> Result<(), String> {
    for (name, link) in &scenario.links {
        let here = |error: String| format!("links.{name}: {error}");
        for end in &link.ends {
            known_node(scenario, end).map_err(here)?;
        }
        if link.ends[0] == link.ends[1] {
            return Err(here("both ends are the same".to_owned()));
        }
        if link.pppoe {
            check_line(scenario, name, link).map_err(here)?;
        }
        for end in link.towards.keys() {
            if !link.ends.contains(end) {
                return Err(here(format!("towards.{end}: no end of it")));
            }
        }
        for end in &link.ends {
            check_quality(&link.towards(end)).map_err(here)?;
        }
    }
    Ok(())
}

/// A firmware router at one end, whose uplink it is, and a plain one at the other.
fn check_line(scenario: &Scenario, name: &str, link: &LinkSpec) -> Result<(), String> {
    let kind = |end: &String| scenario.routers.get(end).map(|router| router.kind);
    let dials = |end: &String| {
        let router = scenario.routers.get(end);
        kind(end) == Some(RouterKind::Firmware)
            && router.is_some_and(|router| router.uplink.as_deref() == Some(name))
    };
    let [one, two] = &link.ends;
    let is_line = dials(one) && kind(two) == Some(RouterKind::Plain)
        || dials(two) && kind(one) == Some(RouterKind::Plain);
    if is_line {
        return Ok(());
    }
    Err("pppoe: a firmware router's uplink, to a plain router".to_owned())
}

fn check_quality(quality: &Quality) -> Result<(), String> {
    if let Some(mtu_bytes) = quality.mtu_bytes {
        check_mtu(mtu_bytes)?;
    }
    for (key, percent) in [
        ("loss_percent", quality.loss_percent),
        ("reorder_percent", quality.reorder_percent),
        ("duplicate_percent", quality.duplicate_percent),
        ("corrupt_percent", quality.corrupt_percent),
    ] {
        if percent.is_some_and(|percent| !(0.0..=100.0).contains(&percent)) {
            return Err(format!("{key}: not between 0 and 100"));
        }
    }
    if quality
        .mbits_per_second
        .is_some_and(|rate| !(0.001..=1_000_000.0).contains(&rate))
    {
        return Err("mbits_per_second: not between 0.001 and 1000000".to_owned());
    }
    if quality
        .delay_ms
        .is_some_and(|delay| !(0.0..=60_000.0).contains(&delay))
    {
        return Err("delay_ms: not between 0 and 60000".to_owned());
    }
    if quality.queue_frames == Some(0) {
        return Err("queue_frames: a line holds one frame at the least".to_owned());
    }
    Ok(())
}

fn check_mtu(mtu_bytes: u16) -> Result<(), String> {
    if mtu_bytes < LEAST_MTU_BYTES {
        return Err(format!("mtu_bytes: under {LEAST_MTU_BYTES}"));
    }
    Ok(())
}

fn check_tunnels(scenario: &Scenario) -> Result<(), String> {
    for (name, tunnel) in &scenario.tunnels {
        let here = |error: String| format!("tunnels.{name}: {error}");
        if scenario.links.contains_key(name) {
            return Err(here("a link has that name".to_owned()));
        }
        check_version(tunnel.over_ip, "over_ip").map_err(here)?;
        check_mtu(tunnel.mtu_bytes).map_err(here)?;
        for end in &tunnel.ends {
            known_node(scenario, end).map_err(here)?;
            let router = scenario.routers.get(end);
            if router.is_none_or(|router| router.kind != RouterKind::Plain) {
                return Err(here(format!("{end} is not a plain router")));
            }
        }
        if tunnel.ends[0] == tunnel.ends[1] {
            return Err(here("both ends are the same".to_owned()));
        }
    }
    Ok(())
}

fn check_host(scenario: &Scenario, name: &str, host: &HostSpec) -> Result<(), String> {
    if links_of(scenario, name).count() != 1 {
        return Err("a host has one link".to_owned());
    }
    if let Some(mtu_bytes) = host.mtu_bytes {
        check_mtu(mtu_bytes)?;
    }
    let is_special =
        host.syn != SynShape::Usual || host.fast_open || host.mss_if_none_bytes.is_some();
    if is_special && host.stack == Stack::Plain {
        return Err(
            "a plain stack's SYNs are as they are: take stack = \"deaf\", \"icmp\" or \"probing\""
                .to_owned(),
        );
    }
    Ok(())
}

fn check_router(scenario: &Scenario, name: &str, router: &RouterSpec) -> Result<(), String> {
    let own_link = |link: &str| {
        if links_of(scenario, name).any(|own| own == link) {
            return Ok(());
        }
        let suggestion = said(nearest(link, links_of(scenario, name)));
        Err(format!("it has no link {link}{suggestion}"))
    };
    if let Some(uplink) = &router.uplink {
        own_link(uplink)?;
    }
    for (link, mtu_bytes) in &router.mtu_bytes {
        own_link(link)?;
        check_mtu(*mtu_bytes)?;
    }
    for (host, link) in &router.routes {
        known_host(scenario, host)?;
        own_link(link)?;
    }
    rules::read(router, links_of(scenario, name))?;
    if let Some(version) = router.policy.only_ip {
        check_version(version, "only_ip")?;
    }
    if router.kind == RouterKind::Firmware {
        if router.uplink.is_none() {
            return Err("a firmware router needs an uplink".to_owned());
        }
        if router.policy != super::ClampPolicy::default()
            || !router.routes.is_empty()
            || router.recomputes_checksums
            || router.keeps_silent
        {
            return Err(
                "policy, routes, recomputes_checksums and keeps_silent are a plain router's"
                    .to_owned(),
            );
        }
    }
    if router.policy.only.is_some() && router.uplink.is_none() {
        return Err("policy.only needs an uplink".to_owned());
    }
    Ok(())
}

fn check_flows(scenario: &Scenario) -> Result<(), String> {
    for (name, flow) in &scenario.flows {
        let here = |error: String| format!("flows.{name}: {error}");
        known_host(scenario, &flow.from).map_err(here)?;
        known_host(scenario, &flow.to).map_err(here)?;
        check_version(flow.ip, "ip").map_err(here)?;
        if flow.from == flow.to {
            return Err(here("it goes from a host to itself".to_owned()));
        }
        if flow.bytes == 0 || flow.bytes > MOST_BYTES {
            return Err(here(format!("bytes: not between 1 and {MOST_BYTES}")));
        }
        check_moment(flow.starts_s, "starts_s").map_err(here)?;
    }
    Ok(())
}

fn check_changes(scenario: &Scenario) -> Result<(), String> {
    for (index, change) in scenario.changes.iter().enumerate() {
        let here = |error: String| format!("changes[{index}]: {error}");
        check_moment(change.at_s, "at_s").map_err(here)?;
        if !scenario.links.contains_key(&change.link) {
            let near = nearest(&change.link, scenario.links.keys().map(String::as_str));
            return Err(here(format!(
                "there is no link {}{}",
                change.link,
                said(near)
            )));
        }
        if let Some(mtu_bytes) = change.mtu_bytes {
            check_mtu(mtu_bytes).map_err(here)?;
        }
        if change.up.is_none() && change.mtu_bytes.is_none() {
            return Err(here("neither up nor mtu_bytes changes".to_owned()));
        }
    }
    Ok(())
}

fn check_expectations(scenario: &Scenario) -> Result<(), String> {
    for name in scenario.expect.flows.keys() {
        if !scenario.flows.contains_key(name) {
            let near = nearest(name, scenario.flows.keys().map(String::as_str));
            return Err(format!("expect.flows.{name}: no such flow{}", said(near)));
        }
    }
    for name in scenario.expect.links.keys() {
        if !scenario.links.contains_key(name) {
            let near = nearest(name, scenario.links.keys().map(String::as_str));
            return Err(format!("expect.links.{name}: no such link{}", said(near)));
        }
    }
    Ok(())
}

fn check_moment(moment_s: f64, key: &str) -> Result<(), String> {
    if (0.0..=LONGEST_S).contains(&moment_s) {
        Ok(())
    } else {
        Err(format!("{key}: not between 0 and {LONGEST_S}"))
    }
}

fn check_version(version: u8, key: &str) -> Result<(), String> {
    if version == 4 || version == 6 {
        Ok(())
    } else {
        Err(format!("{key}: neither 4 nor 6"))
    }
}

fn known_node(scenario: &Scenario, name: &str) -> Result<(), String> {
    let nodes = || scenario.hosts.keys().chain(scenario.routers.keys());
    if nodes().any(|node| node == name) {
        return Ok(());
    }
    let near = nearest(name, nodes().map(String::as_str));
    Err(format!("there is no {name}{}", said(near)))
}

fn known_host(scenario: &Scenario, name: &str) -> Result<(), String> {
    if scenario.hosts.contains_key(name) {
        return Ok(());
    }
    let near = nearest(name, scenario.hosts.keys().map(String::as_str));
    Err(format!("there is no host {name}{}", said(near)))
}

fn links_of<'a>(scenario: &'a Scenario, node: &'a str) -> impl Iterator<Item = &'a str> {
    scenario
        .links
        .iter()
        .filter(move |(_, link)| link.ends.iter().any(|end| end == node))
        .map(|(name, _)| name.as_str())
}

fn said(near: Option<&str>) -> String {
    near.map_or(String::new(), |near| format!("; did you mean {near}?"))
}
