//! What the provider offers, in words that both kinds of access concentrator understand.

use std::fmt::Write;

use super::router::PPPOE_AND_PPP_BYTES;
use crate::access_concentrator::{Authentication, Settings};

/// What the provider offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// What it asks of its customers: `customer`, with the password `secret`.
    pub authentication: Authentication,
    /// The most bytes of packet that it takes and sends; over 1492 only for customers who ask.
    pub mru_bytes: u16,
    /// What its line carries, in bytes of PPP payload, which customers are told who ask (RFC 4638):
    /// 1492 or 1500. A real one carries 1500 wherever it has no VLAN.
    pub max_payload_bytes: u16,
    /// The VLAN of the line, if it has one.
    pub vlan: Option<u16>,
    /// Offers Van Jacobson's header compression.
    pub offers_header_compression: bool,
    /// Offers the Compression Control Protocol.
    pub offers_compression: bool,
    /// How often it asks whether the customer is still there, in seconds.
    pub echo_interval_s: u16,
}

impl Default for Service {
    fn default() -> Self {
        Self {
            authentication: Authentication::Chap,
            mru_bytes: 1492,
            max_payload_bytes: 1500,
            vlan: None,
            offers_header_compression: false,
            offers_compression: false,
            echo_interval_s: 10,
        }
    }
}

impl Service {
    /// For the one in this process.
    pub(super) fn settings(&self) -> Settings {
        Settings {
            authentication: self.authentication,
            mru_bytes: self.mru_bytes,
            max_payload_bytes: self.max_payload_bytes,
            vlan: self.vlan,
            offers_header_compression: self.offers_header_compression,
            offers_compression: self.offers_compression,
            echo_interval_ms: u64::from(self.echo_interval_s) * 1000,
            ..Settings::default()
        }
    }

    /// For `guests/access_concentrator.sh`.
    pub(super) fn command(&self) -> String {
        let mut command = String::new();
        let mut access = "vec0".to_owned();
        if let Some(vlan) = self.vlan {
            access = format!("vec0.{vlan}");
            let mtu = self.max_payload_bytes + PPPOE_AND_PPP_BYTES;
            let _ = write!(command, "vlan {vlan}; ip link set {access} mtu {mtu}; ");
        }
        let authentication = match self.authentication {
            Authentication::Pap => "require-pap",
            Authentication::Chap => "require-chap",
        };
        let header_compression = if self.offers_header_compression {
            // pppd's own way, unless told otherwise.
            ""
        } else {
            "novj"
        };
        let compression = if self.offers_compression {
            "deflate 15"
        } else {
            "noccp"
        };
        let _ = write!(
            command,
            "serve access={access} auth={authentication} mru={} echo={} \
             words='{header_compression} {compression}'",
            self.mru_bytes, self.echo_interval_s
        );
        command
    }
}
