//! From a scenario that fails to the smallest one that still does: one simplification after the
//! other, each kept where the failure stays, until none is left.

#[cfg(test)]
mod tests;

use super::super::scenario::{
    Carries, ClampPolicy, HostSpec, LinkSpec, Scenario, SynShape, is_possible,
};

/// A simplification that is tried so often at most; each that is kept makes the scenario smaller.
const MOST_ROUNDS: usize = 200;
const LEAST_UNTIL_S: u32 = 20;

/// The smallest scenario that still fails.
pub(crate) fn shrink(scenario: Scenario, fails: &dyn Fn(&Scenario) -> bool) -> Scenario {
    let mut smallest = scenario;
    for _ in 0..MOST_ROUNDS {
        let next = candidates(&smallest)
            .into_iter()
            .find(|candidate| is_possible(candidate) && fails(candidate));
        match next {
            Some(next) => smallest = next,
            None => break,
        }
    }
    smallest
}

/// Everything that is one step simpler, the largest steps first.
fn candidates(scenario: &Scenario) -> Vec<Scenario> {
    let mut candidates = Vec::new();
    let mut try_one = |simplify: &dyn Fn(&mut Scenario) -> bool| {
        let mut candidate = scenario.clone();
        if simplify(&mut candidate) {
            candidates.push(candidate);
        }
    };
    for name in scenario.flows.keys() {
        try_one(&|s| s.flows.len() > 1 && s.flows.remove(name).is_some());
    }
    for name in scenario.hosts.keys() {
        try_one(&|s| without_host(s, name));
    }
    for name in scenario.routers.keys() {
        try_one(&|s| without_router(s, name));
    }
    for name in scenario.links.keys() {
        try_one(&|s| edit(s.links.get_mut(name), faultless));
    }
    for name in scenario.links.keys() {
        for quality in 0..QUALITIES {
            try_one(&|s| edit(s.links.get_mut(name), |link| without_quality(link, quality)));
        }
    }
    for name in scenario.hosts.keys() {
        try_one(&|s| {
            edit(s.hosts.get_mut(name), |host| {
                replace(host, HostSpec::default())
            })
        });
        try_one(&|s| {
            edit(s.hosts.get_mut(name), |host| {
                replace(&mut host.syn, SynShape::Usual)
            })
        });
        try_one(&|s| {
            edit(s.hosts.get_mut(name), |host| {
                replace(&mut host.fast_open, false)
            })
        });
    }
    for name in scenario.routers.keys() {
        try_one(&|s| edit(s.routers.get_mut(name), |r| replace(&mut r.clamp, false)));
        try_one(&|s| {
            edit(s.routers.get_mut(name), |r| {
                replace(&mut r.policy, ClampPolicy::default())
            })
        });
        try_one(&|s| {
            edit(s.routers.get_mut(name), |r| {
                replace(&mut r.keeps_silent, false)
            })
        });
        try_one(&|s| {
            edit(s.routers.get_mut(name), |r| {
                replace(&mut r.icmp_errors_per_second, None)
            })
        });
    }
    for name in scenario.flows.keys() {
        try_one(&|s| {
            edit(s.flows.get_mut(name), |flow| {
                replace(&mut flow.starts_s, 0.0)
            })
        });
        try_one(&|s| edit(s.flows.get_mut(name), |flow| replace(&mut flow.ip, 4)));
        try_one(&|s| {
            edit(s.flows.get_mut(name), |flow| {
                replace(&mut flow.carries, Carries::Download)
            })
        });
        try_one(&|s| edit(s.flows.get_mut(name), |flow| halve(&mut flow.bytes, 1)));
    }
    try_one(&|s| halve(&mut s.until_s, LEAST_UNTIL_S));
    candidates
}

/// Applies an edit to something that is there; says whether that changed it.
fn edit<T>(what: Option<&mut T>, edit: impl Fn(&mut T) -> bool) -> bool {
    what.is_some_and(edit)
}

fn replace<T: PartialEq>(place: &mut T, value: T) -> bool {
    let changes = *place != value;
    *place = value;
    changes
}

fn halve(number: &mut u32, least: u32) -> bool {
    let half = (*number / 2).max(least);
    replace(number, half.min(*number))
}

fn faultless(link: &mut LinkSpec) -> bool {
    let before = link.clone();
    *link = LinkSpec::between(link.ends.clone());
    *link != before
}

/// How many keys of a link can be taken out one by one.
const QUALITIES: usize = 9;

fn without_quality(link: &mut LinkSpec, quality: usize) -> bool {
    match quality {
        0 => link.mtu_bytes.take().is_some(),
        1 => link.mbits_per_second.take().is_some(),
        2 => link.delay_ms.take().is_some(),
        3 => link.queue_frames.take().is_some(),
        4 => link.loss_percent.take().is_some(),
        5 => link.reorder_percent.take().is_some(),
        6 => link.duplicate_percent.take().is_some(),
        7 => link.corrupt_percent.take().is_some(),
        _ => link.filters_icmp.take().is_some(),
    }
}

/// Takes out a host that no flow needs, and its link.
fn without_host(scenario: &mut Scenario, name: &str) -> bool {
    let is_needed = scenario
        .flows
        .values()
        .any(|flow| flow.from == name || flow.to == name);
    if is_needed {
        return false;
    }
    scenario
        .links
        .retain(|_, link| link.ends.iter().all(|end| end != name));
    scenario.hosts.remove(name).is_some()
}

/// Takes out a router between two links, and makes one link of them: with the faults of the second
/// where it has any, otherwise with those of the first.
fn without_router(scenario: &mut Scenario, name: &str) -> bool {
    let own: Vec<String> = scenario
        .links
        .iter()
        .filter(|(_, link)| link.ends.iter().any(|end| end == name))
        .map(|(name, _)| name.clone())
        .collect();
    let [one, two] = &own[..] else {
        return false;
    };
    let (Some(first), Some(second)) = (scenario.links.remove(one), scenario.links.remove(two))
    else {
        return false;
    };
    let other_end = |link: &LinkSpec| {
        let end = link.ends.iter().find(|end| *end != name);
        end.cloned().unwrap_or_default()
    };
    let ends = [other_end(&first), other_end(&second)];
    let is_faultless = second == LinkSpec::between(second.ends.clone());
    let (kept, link) = if is_faultless {
        (one, first)
    } else {
        (two, second)
    };
    // An uplink that is gone leads through the one that is left.
    for router in scenario.routers.values_mut() {
        if let Some(uplink) = &mut router.uplink
            && (uplink == one || uplink == two)
        {
            uplink.clone_from(kept);
        }
    }
    scenario
        .links
        .insert(kept.clone(), LinkSpec { ends, ..link });
    scenario.routers.remove(name).is_some()
}
