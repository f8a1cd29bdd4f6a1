//! How fast the router itself answers, on the WAN and inside.

use super::Router;
use super::config::Limits;
use super::port::PortId;
use super::rate_limit::RateLimit;
use super::uplink::Uplink;

/// How fast a port is answered.
pub(super) struct PortLimits {
    errors: RateLimit,
    echo: RateLimit,
}

impl PortLimits {
    /// Nothing is answered.
    pub(super) const CLOSED: Self = Self {
        errors: RateLimit::CLOSED,
        echo: RateLimit::CLOSED,
    };

    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            errors: RateLimit::new(limits.icmp_errors_per_second),
            echo: RateLimit::new(limits.echo_answers_per_second),
        }
    }
}

impl<const SESSIONS: usize, U: Uplink> Router<SESSIONS, U> {
    /// So that a flood on the WAN silences no answer to a LAN.
    pub(super) fn error_limit(&mut self, port: PortId) -> &mut RateLimit {
        match port {
            PortId::Wan => &mut self.wan_limits.errors,
            PortId::Lan(_) | PortId::Inner => &mut self.inside_limits.errors,
        }
    }

    pub(super) fn echo_limit(&mut self, port: PortId) -> &mut RateLimit {
        match port {
            PortId::Wan => &mut self.wan_limits.echo,
            PortId::Lan(_) | PortId::Inner => &mut self.inside_limits.echo,
        }
    }
}
