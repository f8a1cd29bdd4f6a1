//! From a scenario to a network.

use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::link::{Direction, whole};
use super::nodes::{
    FirmwareRouter, FlowEnd, Node, OwnHost, PlainRouter, Ruled, SmoltcpHost, TunnelEnd,
};
use super::plan::{NodeId, Plan, Port};
use super::rules;
use super::scenario::{FlowSpec, LinkSpec, RouterKind, RouterSpec, Scenario, Stack};
use super::transfer::Role;
use crate::rules::typed;

/// Nodes draw from streams that no link has.
const FIRST_NODE_STREAM: u64 = 1 << 32;

/// What the engine runs.
pub(super) struct Parts {
    pub(super) plan: Plan,
    pub(super) nodes: Vec<Node>,
    /// Of each link, the direction towards its first and its second end.
    pub(super) links: Vec<[Direction; 2]>,
    pub(super) flows: Vec<Flow>,
    pub(super) changes: Vec<Change>,
    pub(super) until: Duration,
}

/// One flow, by numbers.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    pub(crate) name: String,
    pub(crate) client: NodeId,
    pub(crate) server: NodeId,
    pub(crate) spec: FlowSpec,
    pub(crate) end: FlowEnd,
}

/// One change, by numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    pub(super) at: Duration,
    pub(super) link: usize,
    pub(super) up: Option<bool>,
    pub(super) mtu_bytes: Option<u16>,
}

/// Builds the network of a scenario that was checked.
///
/// # Errors
/// A node that can't be as asked, by name.
pub(super) fn build(scenario: &Scenario, seed: u64) -> Result<Parts, String> {
    let plan = Plan::of(scenario);
    let flows = flows(scenario, &plan)?;
    let links = scenario.links.values().zip(0..);
    let links = links.map(|(link, number)| directions(link, number, seed));
    let builder = Builder {
        scenario,
        plan: &plan,
        flows: &flows,
        seed,
    };
    let nodes = (0..plan.nodes.len())
        .map(|id| {
            builder
                .node(id)
                .map_err(|error| format!("{}: {error}", plan.nodes[id].name))
        })
        .collect::<Result<_, _>>()?;
    let changes = scenario.changes.iter().filter_map(|change| {
        Some(Change {
            at: seconds(change.at_s),
            link: plan.link(&change.link)?,
            up: change.up,
            mtu_bytes: change.mtu_bytes,
        })
    });
    Ok(Parts {
        links: links.collect(),
        changes: changes.collect(),
        until: Duration::from_secs(u64::from(scenario.until_s)),
        nodes,
        flows,
        plan,
    })
}

/// Virtual time of a number of seconds.
pub(super) fn seconds(seconds: f64) -> Duration {
    Duration::from_nanos(whole(seconds * 1e9))
}

fn directions(link: &LinkSpec, number: u64, seed: u64) -> [Direction; 2] {
    [0, 1].map(|end: usize| {
        let name = &link.ends[end];
        let stream = number * 2 + end as u64;
        Direction::new(&link.towards(name), link.mtu_towards(name), seed, stream)
    })
}

fn flows(scenario: &Scenario, plan: &Plan) -> Result<Vec<Flow>, String> {
    let flows = scenario.flows.iter().enumerate();
    flows
        .map(|(flow, (name, spec))| {
            let node = |name: &str| plan.node(name).ok_or(format!("there is no {name}"));
            let (client, server) = (node(&spec.from)?, node(&spec.to)?);
            let port = plan.nodes[server].ports.first();
            let port = port.ok_or(format!("{} has no link", spec.to))?;
            Ok(Flow {
                name: name.clone(),
                client,
                server,
                spec: spec.clone(),
                end: FlowEnd {
                    flow,
                    role: Role::Client,
                    ip: spec.ip,
                    carries: spec.carries,
                    bytes: spec.bytes,
                    starts_at: seconds(spec.starts_s),
                    server: port.address(spec.ip),
                },
            })
        })
        .collect()
}

struct Builder<'a> {
    scenario: &'a Scenario,
    plan: &'a Plan,
    flows: &'a [Flow],
    seed: u64,
}

impl Builder<'_> {
    fn node(&self, id: NodeId) -> Result<Node, String> {
        let here = &self.plan.nodes[id];
        if let Some(router) = self.scenario.routers.get(&here.name) {
            return self.router(id, router);
        }
        let (Some(host), Some(&port)) = (self.scenario.hosts.get(&here.name), here.ports.first())
        else {
            return Err("it has no link".to_owned());
        };
        let mtu_bytes = host.mtu_bytes.unwrap_or_else(|| self.link_mtu(port));
        let ends = self.ends_of(id);
        let seed = self.random(id).next_u64();
        Ok(match host.stack {
            Stack::Plain => {
                Node::Smoltcp(Box::new(SmoltcpHost::new(port, mtu_bytes, &ends, seed)?))
            }
            Stack::Deaf | Stack::Icmp | Stack::Probing => {
                Node::Own(Box::new(OwnHost::new(port, host, mtu_bytes, &ends, seed)))
            }
        })
    }

    fn router(&self, id: NodeId, spec: &RouterSpec) -> Result<Node, String> {
        let here = &self.plan.nodes[id];
        let uplink = spec.uplink.as_ref().and_then(|name| {
            let link = self.plan.link(name)?;
            here.ports.iter().position(|port| port.link == link)
        });
        let mtu = |port: &Port| {
            let name = &self.plan.links[port.link];
            let own = spec.mtu_bytes.get(name).copied();
            own.unwrap_or_else(|| self.link_mtu(*port))
        };
        let names = here
            .ports
            .iter()
            .map(|port| self.plan.links[port.link].as_str());
        let (rules, interfaces) = rules::read(spec, names.clone())?;
        match spec.kind {
            RouterKind::Firmware => {
                let ports: Vec<_> = here.ports.iter().map(|port| (*port, mtu(port))).collect();
                let mut seed = [0; 16];
                self.random(id).fill_bytes(&mut seed);
                let uplink = uplink.ok_or("it has no uplink")?;
                let rules = (!rules.is_empty())
                    .then(|| typed(&rules, &interfaces))
                    .transpose()
                    .map_err(|error| error.to_string())?;
                let router = FirmwareRouter::new(
                    spec,
                    &ports,
                    uplink,
                    rules,
                    self.is_line(ports[uplink].0),
                    seed,
                )?;
                Ok(Node::Firmware(Box::new(router)))
            }
            RouterKind::Plain => {
                let mtus: Vec<_> = here.ports.iter().map(mtu).collect();
                let tunnels = self.tunnels_of(id);
                let named = rules::ports(spec, names);
                let ruled = (!rules.is_empty()).then(|| Ruled {
                    rules,
                    interfaces,
                    ports: named.into_iter().map(|(_, port)| port).collect(),
                });
                let mut router = PlainRouter::new(spec, here, &mtus, tunnels, uplink, ruled);
                let lines = here.ports.iter().enumerate();
                for (index, port) in lines.filter(|(_, port)| self.is_line(**port)) {
                    router.serve_line(index, self.link_mtu(*port), self.random(id).next_u64());
                }
                Ok(Node::Plain(Box::new(router)))
            }
        }
    }

    /// Whether a link is dialled in on.
    fn is_line(&self, port: Port) -> bool {
        let link = self.scenario.links.get(&self.plan.links[port.link]);
        link.is_some_and(|link| link.pppoe)
    }

    /// What an interface may send, as its link says; a tunnel has its own.
    fn link_mtu(&self, port: Port) -> u16 {
        let link = self.scenario.links.get(&self.plan.links[port.link]);
        link.map_or(u16::MAX, |link| {
            link.mtu_towards(&link.ends[port.peer().end])
        })
    }

    fn ends_of(&self, id: NodeId) -> Vec<FlowEnd> {
        let mut ends = Vec::new();
        for flow in self.flows {
            if flow.client == id {
                ends.push(flow.end);
            }
            if flow.server == id {
                ends.push(FlowEnd {
                    role: Role::Server,
                    ..flow.end
                });
            }
        }
        ends
    }

    fn tunnels_of(&self, id: NodeId) -> Vec<TunnelEnd> {
        let mut ends = Vec::new();
        for (index, port) in self.plan.nodes[id].ports.iter().enumerate() {
            let Some(spec) = self.scenario.tunnels.get(&self.plan.links[port.link]) else {
                continue;
            };
            let peer = self.plan.ends[port.link][port.peer().end];
            let (Some(own), Some(peer)) = (self.face(id, peer), self.face(peer, id)) else {
                continue;
            };
            ends.push(TunnelEnd {
                port: index,
                spec: spec.clone(),
                own: own.address(spec.over_ip),
                peer: peer.address(spec.over_ip),
            });
        }
        ends
    }

    /// The port of one node that looks towards another.
    fn face(&self, from: NodeId, to: NodeId) -> Option<Port> {
        let here = &self.plan.nodes[from];
        let is_link = |port: &&Port| port.link < self.plan.physical;
        let ways = self.plan.nodes[to].ports.iter().filter(is_link);
        let port = ways
            .filter_map(|port| here.routes_below.get(&port.link))
            .next()?;
        here.ports.get(*port).copied()
    }

    fn random(&self, id: NodeId) -> ChaCha8Rng {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(FIRST_NODE_STREAM + id as u64);
        random
    }
}
