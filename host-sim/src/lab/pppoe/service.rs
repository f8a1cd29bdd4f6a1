//! What the provider offers, in words that both kinds of access concentrator understand.

use std::fmt::Write;

use crate::access_concentrator::{Authentication, Settings};

/// What the provider offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// What it asks of its customers: `customer`, with the password `secret`.
    pub authentication: Authentication,
    /// The most bytes of packet that it takes and sends; over 1492 only for customers who ask.
    pub mru_bytes: u16,
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
            let _ = write!(command, "vlan {vlan}; ");
        }
        let authentication = match self.authentication {
            Authentication::Pap => "require-pap",
            Authentication::Chap => "require-chap",
        };
        let mut options = String::new();
        if !self.offers_header_compression {
            options.push_str("novj ");
        }
        if !self.offers_compression {
            options.push_str("noccp ");
        }
        let _ = write!(
            command,
            "serve access={access} auth={authentication} mru={} echo={} options='{}'",
            self.mru_bytes,
            self.echo_interval_s,
            options.trim_end()
        );
        command
    }
}
