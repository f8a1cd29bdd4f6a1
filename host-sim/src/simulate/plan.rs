//! Who is where: the addresses of a scenario's nodes, and the ways between them.
//!
//! Link number N (in the order of names, from 1 on) is 10.N.0.0/24 and 2001:db8:N::/64; its first end
//! has the address .1 and ::1, its second .2 and ::2.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::scenario::Scenario;

/// The number of a node: hosts first, in the order of names, then routers.
pub(crate) type NodeId = usize;

pub(crate) const IPV4_PREFIX_LEN: u8 = 24;
pub(crate) const IPV6_PREFIX_LEN: u8 = 64;

/// One end of a link, or of a tunnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Port {
    /// The link's number, from 0 on; tunnels follow the links.
    pub(crate) link: usize,
    /// Which of its ends: 0 or 1.
    pub(crate) end: usize,
}

impl Port {
    /// The other end.
    pub(crate) fn peer(self) -> Self {
        Self {
            end: 1 - self.end,
            ..self
        }
    }

    pub(crate) fn mac(self) -> [u8; 6] {
        [0x02, 0, 0, 0, self.number(), self.station()]
    }

    pub(crate) fn ipv4(self) -> Ipv4Addr {
        Ipv4Addr::new(10, self.number(), 0, self.station())
    }

    pub(crate) fn ipv6(self) -> Ipv6Addr {
        let (number, station) = (u16::from(self.number()), u16::from(self.station()));
        Ipv6Addr::new(0x2001, 0xdb8, number, 0, 0, 0, 0, station)
    }

    pub(crate) fn address(self, ip: u8) -> IpAddr {
        match ip {
            4 => self.ipv4().into(),
            _ => self.ipv6().into(),
        }
    }

    /// As in addresses; the scenario's check lets no more links pass than there are numbers.
    fn number(self) -> u8 {
        u8::try_from(self.link + 1).unwrap_or(u8::MAX)
    }

    fn station(self) -> u8 {
        if self.end == 0 { 1 } else { 2 }
    }
}

/// The link whose addresses `address` is among.
pub(crate) fn link_of(address: IpAddr) -> Option<usize> {
    let number = match address {
        IpAddr::V4(address) => match address.octets() {
            [10, number, 0, _] => usize::from(number),
            _ => return None,
        },
        IpAddr::V6(address) => match address.segments() {
            [0x2001, 0xdb8, number, ..] => usize::from(number),
            _ => return None,
        },
    };
    number.checked_sub(1)
}

/// A node's ports and its ways.
#[derive(Clone, Debug, Default)]
pub(crate) struct NodePlan {
    pub(crate) name: String,
    /// Its ends of links first, then those of tunnels, in the order of names.
    pub(crate) ports: Vec<Port>,
    /// To each link's addresses: the number of the port in `ports`; tunnels are preferred.
    pub(crate) routes: BTreeMap<usize, usize>,
    /// The same without tunnels, for what tunnels are made of.
    pub(crate) routes_below: BTreeMap<usize, usize>,
}

/// The whole map.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) nodes: Vec<NodePlan>,
    /// The names of links, then of tunnels.
    pub(crate) links: Vec<String>,
    /// How many of them are links.
    pub(crate) physical: usize,
    /// The nodes at the ends of each.
    pub(crate) ends: Vec<[NodeId; 2]>,
}

impl Plan {
    /// The map of a scenario that was checked.
    pub(crate) fn of(scenario: &Scenario) -> Self {
        let names: Vec<&String> = scenario
            .hosts
            .keys()
            .chain(scenario.routers.keys())
            .collect();
        let node = |name: &String| {
            names
                .iter()
                .position(|known| *known == name)
                .unwrap_or_default()
        };
        let links = scenario.links.iter().map(|(name, link)| (name, &link.ends));
        let tunnels = scenario.tunnels.iter();
        let tunnels = tunnels.map(|(name, tunnel)| (name, &tunnel.ends));
        let (link_names, ends): (Vec<_>, Vec<_>) = links
            .chain(tunnels)
            .map(|(name, ends)| (name.clone(), [node(&ends[0]), node(&ends[1])]))
            .unzip();
        let mut plan = Self {
            nodes: names
                .iter()
                .map(|name| NodePlan {
                    name: (*name).clone(),
                    ..NodePlan::default()
                })
                .collect(),
            links: link_names,
            physical: scenario.links.len(),
            ends,
        };
        for (link, ends) in plan.ends.iter().enumerate() {
            for (end, node) in ends.iter().enumerate() {
                plan.nodes[*node].ports.push(Port { link, end });
            }
        }
        for id in 0..plan.nodes.len() {
            plan.nodes[id].routes = plan.routes(scenario, id, plan.ends.len());
            plan.nodes[id].routes_below = plan.routes(scenario, id, plan.physical);
        }
        for (name, router) in &scenario.routers {
            for (host, link) in &router.routes {
                plan.override_route(name, host, link);
            }
        }
        plan
    }

    /// Sends what goes to a host from a router through a link of its own.
    fn override_route(&mut self, router: &str, host: &str, link: &str) {
        let (Some(router), Some(host), Some(link)) =
            (self.node(router), self.node(host), self.link(link))
        else {
            return;
        };
        let here = &self.nodes[router];
        let port = here.ports.iter().position(|port| port.link == link);
        let to = self.nodes[host].ports.first().map(|port| port.link);
        if let (Some(port), Some(to)) = (port, to) {
            self.nodes[router].routes.insert(to, port);
        }
    }

    /// The number of the node of this name.
    pub(crate) fn node(&self, name: &str) -> Option<NodeId> {
        self.nodes.iter().position(|node| node.name == name)
    }

    /// The number of the link of this name.
    pub(crate) fn link(&self, name: &str) -> Option<usize> {
        self.links.iter().position(|link| link == name)
    }

    /// Which port leads to which link in the fewest steps; only links below `edges` are taken, and
    /// hosts pass nothing on. Breadth first; tunnels are tried first, then links in their order.
    fn routes(&self, scenario: &Scenario, from: NodeId, edges: usize) -> BTreeMap<usize, usize> {
        let mut routes = BTreeMap::new();
        let mut seen = vec![false; self.nodes.len()];
        seen[from] = true;
        // A node, and the first port on the way to it.
        let mut next: VecDeque<(NodeId, Option<usize>)> = VecDeque::from([(from, None)]);
        while let Some((node, first)) = next.pop_front() {
            let is_host = node < scenario.hosts.len();
            if is_host && node != from {
                continue;
            }
            let ports = self.nodes[node].ports.iter().enumerate().rev();
            let (tunnels, links): (Vec<_>, Vec<_>) = ports
                .filter(|(_, port)| port.link < edges)
                .partition(|(_, port)| port.link >= self.physical);
            for (index, port) in tunnels.into_iter().chain(links.into_iter().rev()) {
                let first = first.unwrap_or(index);
                if port.link < self.physical {
                    routes.entry(port.link).or_insert(first);
                }
                let peer = self.ends[port.link][port.peer().end];
                if !seen[peer] {
                    seen[peer] = true;
                    next.push_back((peer, Some(first)));
                }
            }
        }
        routes
    }
}
