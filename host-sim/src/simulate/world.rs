//! The engine: events in virtual time, one after the other. Nothing in it asks a clock or an order
//! that is not its own, so the same scenario and seed give the same bytes on every machine.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use super::build::{Change, Flow, Parts, build};
use super::link::Direction;
use super::nodes::{Node, Outbox};
use super::plan::{NodeId, Plan, Port};
use super::scenario::Scenario;
use super::trace::Happening;
use super::transfer::Progress;
use super::watch::{Watch, Watched};

/// How long the network runs on when all flows are done, so that connections are closed.
const PARTING: Duration = Duration::from_millis(500);

/// A network in the middle of its life.
pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) nodes: Vec<Node>,
    pub(crate) flows: Vec<Flow>,
    pub(crate) watch: Watch,
    links: Vec<[Direction; 2]>,
    changes: Vec<Change>,
    events: BinaryHeap<Reverse<Event>>,
    /// How many events there were: of two at the same time, the earlier made comes first.
    order: u64,
    now: Duration,
    until: Duration,
    /// When each node has its next turn, as far as it has asked for one.
    turns: Vec<Option<Duration>>,
    outbox: Outbox,
    /// Flows whose file has not arrived yet, and the node that it goes to.
    open: Vec<(usize, NodeId)>,
    hosts: usize,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    at: Duration,
    order: u64,
    what: What,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// A frame comes out of a link at this end.
    Arrival(usize, usize, Vec<u8>),
    Turn(NodeId),
    /// The change of this number.
    Change(usize),
}

impl World {
    /// The network of a scenario that was checked.
    ///
    /// # Errors
    /// A node that can't be as asked, by name.
    pub(crate) fn new(scenario: &Scenario, seed: u64, with_trace: bool) -> Result<Self, String> {
        let Parts {
            plan,
            nodes,
            links,
            flows,
            changes,
            until,
        } = build(scenario, seed)?;
        let watched = flows.iter().map(|flow| Watched {
            server_port: flow.end.server_port(),
            carries: flow.spec.carries,
            bytes: flow.spec.bytes,
        });
        let open = flows.iter().enumerate().map(|(number, flow)| {
            let is_download = flow.spec.carries == super::scenario::Carries::Download;
            (
                number,
                if is_download {
                    flow.client
                } else {
                    flow.server
                },
            )
        });
        let mut world = Self {
            watch: Watch::new(watched.collect(), links.len(), with_trace),
            open: open.collect(),
            events: BinaryHeap::new(),
            order: 0,
            now: Duration::ZERO,
            until,
            turns: vec![None; nodes.len()],
            outbox: Outbox::default(),
            hosts: scenario.hosts.len(),
            plan,
            nodes,
            flows,
            links,
            changes,
        };
        for index in 0..world.changes.len() {
            world.schedule(world.changes[index].at, What::Change(index));
        }
        for node in 0..world.nodes.len() {
            world.schedule_turn(node, Some(Duration::ZERO));
        }
        Ok(world)
    }

    /// Runs until every file has arrived, or nothing can happen any more, or time is up.
    pub(crate) fn run(&mut self) {
        while let Some(Reverse(event)) = self.events.pop() {
            if event.at > self.until {
                self.now = self.until;
                return;
            }
            self.now = event.at;
            match event.what {
                What::Arrival(link, end, frame) => self.arrival(link, end, frame),
                What::Turn(node) => {
                    if self.turns[node] == Some(self.now) {
                        self.turns[node] = None;
                        self.turn(node);
                    }
                }
                What::Change(index) => self.change(self.changes[index]),
            }
        }
    }

    /// How many of the nodes are hosts: the first so many.
    pub(crate) fn hosts(&self) -> usize {
        self.hosts
    }

    /// The time.
    pub(crate) fn now(&self) -> Duration {
        self.now
    }

    /// How far a flow is: what both of its ends know.
    pub(crate) fn progress(&self, flow: usize) -> Progress {
        let Flow { client, server, .. } = self.flows[flow];
        let client = self.nodes[client].progress(flow).unwrap_or_default();
        let server = self.nodes[server].progress(flow).unwrap_or_default();
        let receiver = match self.flows[flow].spec.carries {
            super::scenario::Carries::Download => client,
            super::scenario::Carries::Upload => server,
        };
        Progress {
            connected_at: client.connected_at,
            ..receiver
        }
    }

    fn schedule(&mut self, at: Duration, what: What) {
        self.order += 1;
        self.events.push(Reverse(Event {
            at,
            order: self.order,
            what,
        }));
    }

    fn schedule_turn(&mut self, node: NodeId, at: Option<Duration>) {
        let Some(at) = at.map(|at| at.max(self.now)) else {
            return;
        };
        if self.turns[node].is_none_or(|turn| turn > at) {
            self.turns[node] = Some(at);
            self.schedule(at, What::Turn(node));
        }
    }

    fn arrival(&mut self, link: usize, end: usize, frame: Vec<u8>) {
        let node = self.plan.ends[link][end];
        let here = Port { link, end };
        let Some(port) = self.plan.nodes[node].ports.iter().position(|p| *p == here) else {
            return;
        };
        if node < self.hosts {
            self.watch.arrived_at_host(&frame);
        }
        let mut outbox = std::mem::take(&mut self.outbox);
        self.nodes[node].receive(port, frame, self.now, &mut outbox);
        self.outbox = outbox;
        self.turn(node);
    }

    fn turn(&mut self, node: NodeId) {
        let mut outbox = std::mem::take(&mut self.outbox);
        let mut next = self.nodes[node].poll(self.now, &mut outbox);
        // What is due at once was done; a clock that is coarser than ours may call it due still.
        if next.is_some_and(|at| at <= self.now) {
            next = Some(self.now + Duration::from_millis(1));
        }
        for (port, frame) in outbox.frames.drain(..) {
            self.put(node, port, frame);
        }
        for (why, packet) in outbox.refused.drain(..) {
            self.watch.refused(why, self.now);
            if let Some(trace) = &mut self.watch.trace {
                trace.push(Happening::Refused {
                    node,
                    at: self.now,
                    why,
                    packet,
                });
            }
        }
        self.outbox = outbox;
        self.schedule_turn(node, next);
        if node < self.hosts {
            self.settle(node);
        }
    }

    /// Ends the run soon when the last file has arrived.
    fn settle(&mut self, node: NodeId) {
        if self.open.is_empty() {
            return;
        }
        let here = &self.nodes[node];
        self.open.retain(|(flow, to)| {
            let progress = (*to == node).then(|| here.progress(*flow)).flatten();
            progress.is_none_or(|progress| progress.completed_at.is_none())
        });
        if self.open.is_empty() {
            self.until = self.until.min(self.now + PARTING);
        }
    }

    fn put(&mut self, node: NodeId, port: usize, mut frame: Vec<u8>) {
        let Some(&from) = self.plan.nodes[node].ports.get(port) else {
            return;
        };
        let to = from.peer();
        if node < self.hosts {
            self.watch.left_host(&frame);
        }
        let journey = self.links[to.link][to.end].put(&mut frame, self.now);
        self.watch.put(to.link, frame.len(), journey.fate, self.now);
        if let Some(trace) = &mut self.watch.trace {
            trace.push(Happening::Passage {
                link: to.link,
                towards: to.end,
                put_at: self.now,
                left_at: journey.left_at,
                arrives_at: journey.arrives_at,
                fate: journey.fate,
                frame: frame.clone(),
            });
        }
        if journey.fate.is_drop() {
            return;
        }
        if let Some(again_at) = journey.again_at {
            let again = frame.clone();
            self.schedule(again_at, What::Arrival(to.link, to.end, again));
        }
        self.schedule(journey.arrives_at, What::Arrival(to.link, to.end, frame));
    }

    fn change(&mut self, change: Change) {
        let mut said = Vec::new();
        for end in 0..2 {
            let direction = &mut self.links[change.link][end];
            if let Some(up) = change.up {
                direction.is_up = up;
            }
            if let Some(mtu_bytes) = change.mtu_bytes {
                direction.mtu_bytes = usize::from(mtu_bytes);
                // The interface at the other end sends in this direction.
                let from = Port {
                    link: change.link,
                    end: 1 - end,
                };
                let node = self.plan.ends[change.link][from.end];
                let ports = &self.plan.nodes[node].ports;
                if let Some(port) = ports.iter().position(|port| *port == from) {
                    self.nodes[node].mtu_changed(port, mtu_bytes);
                }
            }
        }
        match change.up {
            Some(true) => said.push("comes back".to_owned()),
            Some(false) => said.push("goes down".to_owned()),
            None => {}
        }
        if let Some(mtu_bytes) = change.mtu_bytes {
            said.push(format!("carries {mtu_bytes} bytes from now on"));
        }
        if let Some(trace) = &mut self.watch.trace {
            trace.push(Happening::Changed {
                link: change.link,
                at: self.now,
                what: said.join(", "),
            });
        }
    }
}
