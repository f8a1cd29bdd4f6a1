//! Whether a port's frames fit through its driver.

use crate::router::config::EthernetPort;

/// The largest frame that a port sends or takes, in bytes, without the frame check sequence.
#[must_use]
pub const fn largest_frame_bytes(port: &EthernetPort) -> usize {
    let tag_bytes = if port.vlan.is_some() { 4 } else { 0 };
    14 + tag_bytes + port.mtu_bytes as usize
}

/// Refuses, while the image is built, a port whose frames its driver would cut or choke on.
///
/// embassy-stm32 0.6 and embassy-net-wiznet 0.3 have buffers of 1,514 bytes: a frame with a VLAN tag and a
/// packet of 1,500 bytes makes the former panic. Such a port's MTU has to be 1,496 or less.
///
/// # Panics
/// In a `const`, which makes it a build error.
pub const fn require_frames_fit(port: &EthernetPort, driver_limit_bytes: usize) {
    assert!(
        largest_frame_bytes(port) <= driver_limit_bytes,
        "this port's MTU, with its VLAN tag, makes larger frames than its driver carries: lower mtu_bytes"
    );
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    fn port(vlan: Option<u16>, mtu_bytes: u16) -> EthernetPort {
        EthernetPort {
            wire: 0,
            vlan,
            mac: [2, 0, 0, 0, 0, 1],
            mtu_bytes,
        }
    }

    #[test]
    fn full_size_frames_fit_1514_bytes_only_without_a_tag() {
        require_frames_fit(&port(None, 1500), 1514);
        require_frames_fit(&port(Some(7), 1496), 1514);
        for refused in [port(Some(7), 1497), port(Some(7), 1500), port(None, 1501)] {
            let result = std::panic::catch_unwind(|| require_frames_fit(&refused, 1514));
            assert!(result.is_err(), "{refused:?}");
        }
    }
}
