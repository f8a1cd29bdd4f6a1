//! What a sender believes that the path carries.
//!
//! Linux's way, seen on a running one: an ICMP error lowers the path's MTU to what it says (RFC
//! 1191, RFC 8201). With `tcp_mtu_probing=1`, a black hole is what three seconds of time-outs are
//! taken for: the size falls to 1024 bytes of payload and then to halves of it, and once that passes,
//! larger segments probe the middle between what passed and what did not (RFC 4821).

use super::super::packet::headers_len;

/// Linux's `tcp_base_mss`.
const BASE_MSS: u16 = 1024;
/// Linux's `tcp_mtu_probe_floor`.
const FLOOR_MSS: u16 = 48;
/// Linux's `tcp_probe_threshold`: what lies nearer together is not searched between.
const NEAR_ENOUGH: u16 = 8;
/// Linux's `min_pmtu`.
const LEAST_V4: u16 = 552;
/// RFC 8201, section 4.
const LEAST_V6: u16 = 1280;

/// How a sender finds out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Discovery {
    /// Not at all.
    None,
    /// It listens to ICMP.
    Icmp,
    /// It listens, and probes where it hears nothing.
    Probing,
}

/// The belief.
#[derive(Clone, Copy, Debug)]
pub(super) struct PathMtu {
    discovery: Discovery,
    headers_len: u16,
    mtu_bytes: u16,
    peer_mss: u16,
    /// The largest size that is known to pass, and the largest that may.
    low: u16,
    high: u16,
    searching: bool,
}

impl PathMtu {
    /// A path that carries what the interface does until one knows better.
    pub(super) fn new(discovery: Discovery, ip: u8, mtu_bytes: u16, peer_mss: u16) -> Self {
        let headers_len = headers_len(ip);
        Self {
            discovery,
            headers_len,
            mtu_bytes,
            peer_mss,
            low: BASE_MSS + headers_len,
            high: mtu_bytes.min(peer_mss.saturating_add(headers_len)),
            searching: false,
        }
    }

    /// How much a segment carries, in bytes of payload.
    pub(super) fn mss(&self) -> u16 {
        let mss = self.payload_of(self.mtu_bytes).min(self.peer_mss);
        if self.searching {
            mss.min(self.payload_of(self.low))
        } else {
            mss
        }
    }

    fn payload_of(&self, mtu_bytes: u16) -> u16 {
        mtu_bytes.saturating_sub(self.headers_len).max(FLOOR_MSS)
    }

    /// A router says that it can't pass on more than this; says whether that changes anything.
    pub(super) fn too_big(&mut self, mtu_bytes: u32) -> bool {
        if self.discovery == Discovery::None {
            return false;
        }
        let least = if self.headers_len == headers_len(4) {
            LEAST_V4
        } else {
            LEAST_V6
        };
        let mtu_bytes = u16::try_from(mtu_bytes).unwrap_or(u16::MAX).max(least);
        if mtu_bytes >= self.mtu_bytes {
            return false;
        }
        let before = self.mss();
        self.mtu_bytes = mtu_bytes;
        self.high = self.high.min(mtu_bytes);
        self.mss() < before
    }

    /// Nothing of what was sent arrives.
    pub(super) fn black_hole(&mut self) {
        if self.discovery != Discovery::Probing {
            return;
        }
        if self.searching {
            let half = self.payload_of(self.low) / 2;
            self.low = half.clamp(FLOOR_MSS, BASE_MSS) + self.headers_len;
        } else {
            self.searching = true;
        }
    }

    /// The payload of a probe, if there is something to find out.
    pub(super) fn probe(&self) -> Option<u16> {
        let is_wide = self.high.saturating_sub(self.low) >= NEAR_ENOUGH;
        (self.searching && is_wide).then(|| {
            let middle = self.low + (self.high - self.low) / 2;
            self.payload_of(middle)
        })
    }

    /// A probe with this much payload arrived.
    pub(super) fn probe_passed(&mut self, payload_len: u16) {
        self.low = payload_len + self.headers_len;
    }

    /// It did not.
    pub(super) fn probe_failed(&mut self, payload_len: u16) {
        self.high = payload_len + self.headers_len - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes_of_search(path_bytes: u16) -> (Vec<u16>, u16) {
        let mut path = PathMtu::new(Discovery::Probing, 4, 1500, 1460);
        path.black_hole();
        let mut sizes = vec![path.mss()];
        while let Some(probe) = path.probe() {
            sizes.push(probe);
            if probe + 40 <= path_bytes {
                path.probe_passed(probe);
            } else {
                path.probe_failed(probe);
            }
        }
        (sizes, path.mss())
    }

    #[test]
    fn a_search_ends_within_eight_bytes_of_the_truth() {
        for path_bytes in 1064..=1500 {
            let (sizes, found) = sizes_of_search(path_bytes);
            let found = found + 40;
            assert!(
                found <= path_bytes && path_bytes < found + 8,
                "{path_bytes}"
            );
            assert!(sizes.len() < 10);
        }
    }

    #[test]
    fn icmp_lowers_never_raises_and_not_below_the_least() {
        let mut path = PathMtu::new(Discovery::Icmp, 4, 1500, 1460);
        assert!(path.too_big(1492));
        assert_eq!(path.mss(), 1452);
        assert!(!path.too_big(1500));
        assert!(path.too_big(68));
        assert_eq!(path.mss(), 512);
        let mut path = PathMtu::new(Discovery::Icmp, 6, 1500, 1440);
        assert!(path.too_big(600));
        assert_eq!(path.mss(), 1220);
    }

    #[test]
    fn a_sender_without_discovery_hears_nothing() {
        let mut path = PathMtu::new(Discovery::None, 4, 1500, 1460);
        assert!(!path.too_big(1492));
        path.black_hole();
        assert_eq!(path.mss(), 1460);
    }
}
