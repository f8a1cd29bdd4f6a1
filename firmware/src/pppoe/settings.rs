//! What the owner decides, mostly copied from the provider's letter.

use core::fmt;

use heapless::{String, Vec};

use super::frame::{OVERHEAD_BYTES, PLAIN_PAYLOAD_BYTES};

/// The most bytes of a service name or an access concentrator's name.
const MAX_NAME_BYTES: usize = 64;
/// The most bytes of a user name or a password.
pub(crate) const MAX_CREDENTIAL_BYTES: usize = 128;
/// The smallest MTU of an Ethernet port, in bytes: room for IPv4's 576 (RFC 791, section 3.1).
const MIN_PORT_MTU_BYTES: u16 = 576 + OVERHEAD_BYTES;
/// The largest MTU of a port, in bytes.
const MAX_PORT_MTU_BYTES: u16 = 9216;

/// All that is asked for, before it is validated. Fields that differ from the default are set by
/// struct update. `Debug` shows no credentials.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Settings<'a> {
    /// The service to ask for; empty for any.
    pub service_name: &'a str,
    /// The only access concentrator to take, by name; `None` for any.
    pub access_concentrator: Option<&'a str>,
    /// The name to authenticate with.
    pub username: &'a str,
    /// The password to authenticate with.
    pub password: &'a str,
    /// Whether to give the password to no peer that wants it in the clear (PAP).
    pub refuse_pap: bool,
    /// Whether to carry IPv6.
    pub ipv6: bool,
    /// What the Ethernet port carries behind its header and tags, in bytes. With 1508 and more, MTU
    /// 1500 is asked for (RFC 4638).
    pub port_mtu_bytes: u16,
    /// How long after one echo request the next is sent, in seconds: 1 to 3600.
    pub echo_interval_seconds: u16,
    /// After how many echo requests without an answer the peer is dead: 1 to 255.
    pub echo_failures: u8,
}

impl Default for Settings<'_> {
    fn default() -> Self {
        Self {
            service_name: "",
            access_concentrator: None,
            username: "",
            password: "",
            refuse_pap: false,
            ipv6: true,
            port_mtu_bytes: 1500,
            echo_interval_seconds: 10,
            echo_failures: 4,
        }
    }
}

impl fmt::Debug for Settings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("service_name", &self.service_name)
            .field("access_concentrator", &self.access_concentrator)
            .field("refuse_pap", &self.refuse_pap)
            .field("ipv6", &self.ipv6)
            .field("port_mtu_bytes", &self.port_mtu_bytes)
            .field("echo_interval_seconds", &self.echo_interval_seconds)
            .field("echo_failures", &self.echo_failures)
            .finish_non_exhaustive()
    }
}

/// A field that can't be as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettingsError {
    /// The field as written in [`Settings`].
    pub field: &'static str,
    /// What is wrong.
    pub problem: SettingsProblem,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsProblem {
    /// A number outside what is possible.
    OutOfRange {
        /// What was asked for.
        value: u16,
        /// The smallest possible value.
        min: u16,
        /// The largest possible value.
        max: u16,
    },
    /// More bytes than there is room for.
    TooLong {
        /// How many there are.
        len_bytes: usize,
        /// How many there may be.
        max_bytes: usize,
    },
    /// Nothing, where something is needed.
    Empty,
}

impl core::error::Error for SettingsError {}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.field)?;
        match self.problem {
            SettingsProblem::OutOfRange { value, min, max } => {
                write!(f, "{value} is not between {min} and {max}")
            }
            SettingsProblem::TooLong {
                len_bytes,
                max_bytes,
            } => write!(f, "{len_bytes} bytes, of which {max_bytes} fit"),
            SettingsProblem::Empty => write!(f, "is empty"),
        }
    }
}

/// What a proof of identity is made of. It has no `Debug`.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) username: Vec<u8, MAX_CREDENTIAL_BYTES>,
    pub(crate) password: Vec<u8, MAX_CREDENTIAL_BYTES>,
}

/// Valid settings, owned.
#[derive(Clone)]
pub(crate) struct Owned {
    pub(crate) service_name: String<MAX_NAME_BYTES>,
    pub(crate) access_concentrator: Option<String<MAX_NAME_BYTES>>,
    pub(crate) credentials: Credentials,
    pub(crate) refuse_pap: bool,
    pub(crate) ipv6: bool,
    pub(crate) port_mtu_bytes: u16,
    pub(crate) echo_interval_ms: u32,
    pub(crate) echo_failures: u8,
}

impl Owned {
    pub(crate) fn new(settings: &Settings<'_>) -> Result<Self, SettingsError> {
        let access_concentrator = match settings.access_concentrator {
            Some("") => {
                return Err(SettingsError {
                    field: "access_concentrator",
                    problem: SettingsProblem::Empty,
                });
            }
            Some(name) => Some(text("access_concentrator", name)?),
            None => None,
        };
        let interval_seconds = settings.echo_interval_seconds;
        let port_mtu_bytes = settings.port_mtu_bytes;
        let owned = Self {
            service_name: text("service_name", settings.service_name)?,
            access_concentrator,
            credentials: Credentials {
                username: bytes("username", settings.username)?,
                password: bytes("password", settings.password)?,
            },
            refuse_pap: settings.refuse_pap,
            ipv6: settings.ipv6,
            port_mtu_bytes,
            echo_interval_ms: u32::from(interval_seconds).saturating_mul(1000),
            echo_failures: settings.echo_failures,
        };
        let (min, max) = (MIN_PORT_MTU_BYTES, MAX_PORT_MTU_BYTES);
        in_range("port_mtu_bytes", port_mtu_bytes, min, max)?;
        in_range("echo_interval_seconds", interval_seconds, 1, 3600)?;
        let failures = u16::from(settings.echo_failures);
        in_range("echo_failures", failures, 1, u16::from(u8::MAX))?;
        Ok(owned)
    }
}

impl Owned {
    /// What to ask for by PPP-Max-Payload, where the port carries more than plain Ethernet: as much
    /// as fits, but no more than the rest of the Internet does.
    pub(crate) fn jumbo_payload(&self) -> Option<u16> {
        let payload = self.port_mtu_bytes.saturating_sub(OVERHEAD_BYTES).min(1500);
        (payload > PLAIN_PAYLOAD_BYTES).then_some(payload)
    }

    /// What we can receive in a session, if both ends agreed to `max_payload`.
    pub(crate) fn mru_bytes(&self, max_payload: Option<u16>) -> u16 {
        let plain = self.port_mtu_bytes.saturating_sub(OVERHEAD_BYTES);
        let plain = plain.min(PLAIN_PAYLOAD_BYTES);
        max_payload.unwrap_or(plain).max(plain)
    }
}

fn text<const N: usize>(field: &'static str, value: &str) -> Result<String<N>, SettingsError> {
    String::try_from(value).map_err(|_| too_long(field, value.len(), N))
}

fn bytes<const N: usize>(field: &'static str, value: &str) -> Result<Vec<u8, N>, SettingsError> {
    Vec::from_slice(value.as_bytes()).map_err(|_| too_long(field, value.len(), N))
}

fn too_long(field: &'static str, len_bytes: usize, max_bytes: usize) -> SettingsError {
    SettingsError {
        field,
        problem: SettingsProblem::TooLong {
            len_bytes,
            max_bytes,
        },
    }
}

fn in_range(field: &'static str, value: u16, min: u16, max: u16) -> Result<(), SettingsError> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(SettingsError {
        field,
        problem: SettingsProblem::OutOfRange { value, min, max },
    })
}
