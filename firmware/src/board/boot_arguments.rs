//! What may be said to an image when it starts, without building another.
//!
//! Under QEMU it comes by semihosting: `-append "seed=… clamp=off wan-mtu=1500"`.

use core::fmt;

use heapless::String;

/// The most bytes of a user name, a password or a service name.
const MAX_WORD_BYTES: usize = 64;

/// What was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BootArguments {
    /// `seed=` and 32 hexadecimal digits: what the router's ports, hashes and identifiers are drawn from.
    pub seed: Option<[u8; 16]>,
    /// `clamp=off`: a router that leaves SYNs as they are, to show what the clamp is for.
    pub clamp_off: bool,
    /// `wan-mtu=` and a number of bytes: the WAN's MTU instead of the board's own. With PPPoE it is what the
    /// wire carries, the session's headers included: 1508 for 1500 in the session (RFC 4638).
    pub wan_mtu_bytes: Option<u16>,
    /// `wan-vlan=` and a number from 1 to 4094: the WAN's VLAN instead of the board's own.
    pub wan_vlan: Option<u16>,
    /// `lan-prefix=delegated`: with `wan=pppoe` and `wan=dhcp`, the LAN's IPv6 prefix is the one that the provider delegates;
    /// `lan-prefix=static`, the default, is the board's own.
    pub lan_prefix_delegated: bool,
    /// `wan=`: how the WAN gets its addresses.
    pub wan: WanMode,
    /// `pppoe-user=`, `pppoe-password=`, `pppoe-service=`: for `wan=pppoe`.
    pub pppoe: PppoeArguments,
    /// `rehearse=panic` or `rehearse=hang`: fails so once, right after the start, to see the box
    /// come back.
    pub rehearse: Option<Failure>,
}

/// How the WAN gets its addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WanMode {
    /// `static`: they are the board's own.
    #[default]
    Static,
    /// `pppoe`: in a PPPoE session.
    Pppoe,
    /// `dhcp`: from a DHCP server.
    Dhcp,
}

/// What a PPPoE client is told. `Debug` shows no credentials.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PppoeArguments {
    /// The name to authenticate with.
    pub user: String<MAX_WORD_BYTES>,
    /// The password.
    pub password: String<MAX_WORD_BYTES>,
    /// The service to ask for; empty for any.
    pub service: String<MAX_WORD_BYTES>,
}

impl fmt::Debug for PppoeArguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PppoeArguments")
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}

/// A failure that a box has to get over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A panic.
    Panic,
    /// An endless loop.
    Hang,
}

/// A word that means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BootArgumentError<'a> {
    /// None of the known names.
    Unknown(&'a str),
    /// A value that isn't one of `seed`: 32 hexadecimal digits.
    Seed(&'a str),
    /// A value of `clamp` other than `on` and `off`.
    Clamp(&'a str),
    /// A value of `wan-mtu` that isn't a number of bytes up to 65,535.
    WanMtu(&'a str),
    /// A value of `lan-prefix` other than `static` and `delegated`.
    LanPrefix(&'a str),
    /// A value of `wan-vlan` that isn't a number from 1 to 4094.
    WanVlan(&'a str),
    /// A value of `wan` other than `static`, `pppoe` and `dhcp`.
    Wan(&'a str),
    /// A user name, password or service of more than 64 bytes, of which only the argument's name is told.
    TooLong(&'static str),
    /// A value of `rehearse` other than `panic` and `hang`.
    Rehearse(&'a str),
}

impl core::error::Error for BootArgumentError<'_> {}

impl fmt::Display for BootArgumentError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(word) => {
                write!(
                    f,
                    "{word}: not one of seed=, clamp=, wan=, wan-mtu=, wan-vlan=, lan-prefix=, pppoe-user=, \
                     pppoe-password=, pppoe-service=, rehearse="
                )
            }
            Self::Seed(value) => write!(f, "seed={value}: not 32 hexadecimal digits"),
            Self::Clamp(value) => write!(f, "clamp={value}: neither on nor off"),
            Self::LanPrefix(value) => {
                write!(f, "lan-prefix={value}: neither static nor delegated")
            }
            Self::WanVlan(value) => write!(f, "wan-vlan={value}: not a number from 1 to 4094"),
            Self::Wan(value) => write!(f, "wan={value}: not one of static, pppoe, dhcp"),
            Self::TooLong(name) => write!(f, "{name}=: more than {MAX_WORD_BYTES} bytes"),
            Self::Rehearse(value) => write!(f, "rehearse={value}: neither panic nor hang"),
            Self::WanMtu(value) => write!(f, "wan-mtu={value}: not a number of bytes to 65535"),
        }
    }
}

impl BootArguments {
    /// What the box's own stack draws its port and sequence numbers from: the seed, folded so that it says
    /// nothing of the router's.
    #[must_use]
    pub fn stack_seed(&self) -> u64 {
        let seed = u128::from_be_bytes(self.seed.unwrap_or_default());
        (seed >> 64) as u64 ^ seed as u64
    }

    /// Reads the words of the command line; of a name said twice, the last one counts.
    ///
    /// # Errors
    /// The first word that means nothing.
    pub fn parse<'a>(
        words: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, BootArgumentError<'a>> {
        let mut arguments = Self::default();
        for word in words {
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            match name {
                "seed" => {
                    arguments.seed = Some(seed(value).ok_or(BootArgumentError::Seed(value))?);
                }
                "clamp" => {
                    arguments.clamp_off = match value {
                        "on" => false,
                        "off" => true,
                        _ => return Err(BootArgumentError::Clamp(value)),
                    };
                }
                "wan-mtu" => {
                    let bytes = value.parse();
                    arguments.wan_mtu_bytes =
                        Some(bytes.map_err(|_| BootArgumentError::WanMtu(value))?);
                }
                "lan-prefix" => {
                    arguments.lan_prefix_delegated = match value {
                        "static" => false,
                        "delegated" => true,
                        _ => return Err(BootArgumentError::LanPrefix(value)),
                    };
                }
                "wan-vlan" => {
                    let id = value.parse().ok().filter(|id| (1..=4094).contains(id));
                    arguments.wan_vlan = Some(id.ok_or(BootArgumentError::WanVlan(value))?);
                }
                "wan" => {
                    arguments.wan = match value {
                        "static" => WanMode::Static,
                        "pppoe" => WanMode::Pppoe,
                        "dhcp" => WanMode::Dhcp,
                        _ => return Err(BootArgumentError::Wan(value)),
                    };
                }
                "pppoe-user" => arguments.pppoe.user = words_of("pppoe-user", value)?,
                "pppoe-password" => arguments.pppoe.password = words_of("pppoe-password", value)?,
                "pppoe-service" => arguments.pppoe.service = words_of("pppoe-service", value)?,
                "rehearse" => {
                    arguments.rehearse = match value {
                        "panic" => Some(Failure::Panic),
                        "hang" => Some(Failure::Hang),
                        _ => return Err(BootArgumentError::Rehearse(value)),
                    };
                }
                _ => return Err(BootArgumentError::Unknown(word)),
            }
        }
        Ok(arguments)
    }
}

fn words_of<'a>(
    name: &'static str,
    value: &str,
) -> Result<String<MAX_WORD_BYTES>, BootArgumentError<'a>> {
    String::try_from(value).map_err(|_| BootArgumentError::TooLong(name))
}

fn seed(digits: &str) -> Option<[u8; 16]> {
    let all_digits = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = all_digits.then(|| u128::from_str_radix(digits, 16).ok())?;
    number.map(u128::to_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use std::format;
    use std::string::ToString;

    #[test]
    fn every_argument_is_read() {
        let words = [
            "seed=000102030405060708090a0b0c0d0eff",
            "clamp=off",
            "wan-mtu=1500",
            "wan-vlan=7",
            "lan-prefix=delegated",
            "wan=pppoe",
            "pppoe-user=customer@example.net",
            "pppoe-password=a=b",
            "pppoe-service=internet",
            "rehearse=hang",
        ];
        let arguments = BootArguments::parse(words).unwrap();
        let seed = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255];
        assert_eq!(arguments.seed, Some(seed));
        assert!(arguments.clamp_off);
        assert_eq!(arguments.wan_mtu_bytes, Some(1500));
        assert_eq!(arguments.wan_vlan, Some(7));
        assert!(arguments.lan_prefix_delegated);
        assert_eq!(arguments.wan, WanMode::Pppoe);
        let PppoeArguments {
            user,
            password,
            service,
        } = &arguments.pppoe;
        assert_eq!(
            [user.as_str(), password, service],
            ["customer@example.net", "a=b", "internet"]
        );
        let told = format!("{arguments:?}");
        assert!(!told.contains("a=b"), "credentials in a log");
        assert!(told.contains("internet"), "{told}");
        assert_eq!(arguments.rehearse, Some(Failure::Hang));
    }

    #[test]
    fn an_argument_may_say_what_is_so_anyway() {
        let words = ["clamp=on", "lan-prefix=static", "wan=static"];
        let arguments = BootArguments::parse(words).unwrap();
        assert_eq!(arguments, BootArguments::default());
        let arguments = BootArguments::parse(["rehearse=panic"]).unwrap();
        assert_eq!(arguments.rehearse, Some(Failure::Panic));
    }

    #[test]
    fn the_stacks_seed_is_one_half_of_the_seed_on_the_other() {
        let seeded = |word| BootArguments::parse([word]).unwrap().stack_seed();
        let first = seeded("seed=0123456789abcdef00000000000000ff");
        assert_eq!(first, 0x0123_4567_89ab_cd10);
        assert_eq!(BootArguments::default().stack_seed(), 0);
    }

    #[test]
    fn the_wan_has_three_modes() {
        let mode = |word| BootArguments::parse([word]).unwrap().wan;
        assert_eq!(mode("wan=static"), WanMode::Static);
        assert_eq!(mode("wan=pppoe"), WanMode::Pppoe);
        assert_eq!(mode("wan=dhcp"), WanMode::Dhcp);
    }

    #[test]
    fn nothing_said_is_the_default() {
        let arguments = BootArguments::parse([]).unwrap();
        assert_eq!(arguments, BootArguments::default());
    }

    #[test]
    fn the_last_of_two_counts() {
        let arguments = BootArguments::parse(["clamp=off", "clamp=on"]).unwrap();
        assert!(!arguments.clamp_off);
    }

    #[test]
    fn a_word_that_means_nothing_is_named() {
        let refused = |word| BootArguments::parse([word]).unwrap_err();
        assert_eq!(refused("speed=9"), BootArgumentError::Unknown("speed=9"));
        assert_eq!(refused("clamp"), BootArgumentError::Clamp(""));
        assert_eq!(refused("clamp=no"), BootArgumentError::Clamp("no"));
        assert_eq!(refused("wan-mtu=70000"), BootArgumentError::WanMtu("70000"));
        assert_eq!(refused("wan-mtu=-1"), BootArgumentError::WanMtu("-1"));
        assert_eq!(refused("rehearse="), BootArgumentError::Rehearse(""));
        let signed = "+0102030405060708090a0b0c0d0e0f0";
        assert_eq!(refused("lan-prefix="), BootArgumentError::LanPrefix(""));
        assert_eq!(refused("wan-vlan=0"), BootArgumentError::WanVlan("0"));
        assert_eq!(refused("wan-vlan=4095"), BootArgumentError::WanVlan("4095"));
        assert_eq!(refused("wan=dialup"), BootArgumentError::Wan("dialup"));
        let long = format!("pppoe-password={}", "x".repeat(65));
        let error = BootArguments::parse([long.as_str()]).unwrap_err();
        assert_eq!(error, BootArgumentError::TooLong("pppoe-password"));
        let told = error.to_string();
        assert!(!told.contains("xx"), "credentials in a log");
        assert_eq!(told, "pppoe-password=: more than 64 bytes");
        for short_or_signed in ["", "0011", signed] {
            assert_eq!(seed(short_or_signed), None, "{short_or_signed}");
        }
    }
}
