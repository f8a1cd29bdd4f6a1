//! Who stands where: neighbours beside each other, from the first flow's client on.

use super::super::plan::NodeId;
use super::super::world::World;

const FIRST_X: u32 = 190;
const BETWEEN: u32 = 240;
const BEHIND: u32 = 150;

/// The place of each node from left to right.
pub(super) struct Lanes {
    places: Vec<u32>,
}

impl Lanes {
    pub(super) fn of(world: &World) -> Self {
        let first = world.flows.first().map_or(0, |flow| flow.client);
        let mut order = Vec::new();
        walk(world, first, &mut order);
        for node in 0..world.plan.nodes.len() {
            walk(world, node, &mut order);
        }
        let mut places = vec![0; order.len()];
        for (place, node) in (0..).zip(order) {
            places[node] = place;
        }
        Self { places }
    }

    pub(super) fn x(&self, node: NodeId) -> u32 {
        FIRST_X + BETWEEN * self.places[node]
    }

    pub(super) fn width(&self) -> u32 {
        let lanes = u32::try_from(self.places.len()).unwrap_or(1).max(1);
        FIRST_X + BETWEEN * (lanes - 1) + BEHIND
    }
}

/// Depth first: a chain comes out as it is.
fn walk(world: &World, node: NodeId, order: &mut Vec<NodeId>) {
    if order.contains(&node) {
        return;
    }
    order.push(node);
    for port in &world.plan.nodes[node].ports {
        if port.link < world.plan.physical {
            walk(world, world.plan.ends[port.link][port.peer().end], order);
        }
    }
}
