//! A wire between two machines: a veth pair with the offloads that it has by default.

use super::{Namespace, run};

/// Lays a wire between `device` of one machine and `other_device` of another.
///
/// # Panics
/// When `ip` is missing or refuses.
pub fn lay_wire(
    one: &Namespace,
    device: &'static str,
    other: &Namespace,
    other_device: &'static str,
) {
    let other_thread = other.thread_id();
    one.run(move || {
        run(&format!(
            "ip link add {device} type veth peer name {other_device} netns {other_thread}"
        ));
        run(&format!("ip link set {device} up"));
    });
    other.run(move || run(&format!("ip link set {other_device} up")));
}
