//! The rules that people already have: iptables, ip6tables, firewalld and nft lines that clamp.
//!
//! [`Rule::parse`] reads one; what it can't honour it refuses, with the word and its place.
//! [`Rules::new`] takes several, where their interfaces and the link's MTU are known, and says for each
//! packet what it is clamped to: the first rule that matches wins, a SYN that none matches is left
//! alone. [`explain`] says in words what a rule does.
//!
//! ```
//! use clamp_core::LinkType;
//! use host_sim::rules::{Interfaces, Rule, Rules, Way};
//!
//! # let mut syn = [
//! #     0x45, 0, 0, 44, 0, 0, 0x40, 0, 64, 6, 0, 0, 192, 0, 2, 1, 198, 51, 100, 1,
//! #     0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x60, 0x02, 0xff, 0xff, 0x46, 0xf8, 0, 0,
//! #     0x02, 0x04, 0x05, 0xb4,
//! # ];
//! let rule = Rule::parse(
//!     "iptables -t mangle -A FORWARD -o ppp0 -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu",
//! )?;
//! let interfaces = Interfaces::between("eth0", "ppp0");
//! let rules = Rules::new(&[rule], &interfaces, Some(1492))?;
//! let to_ppp0 = Way::LEFT_TO_RIGHT;
//! let clamp = rules.clamp_for(LinkType::RawIp, &mut syn, 44, to_ppp0).expect("a rule matches");
//! clamp.packet(&mut syn);
//! assert_eq!(syn[42..], 1452_u16.to_be_bytes());
//! # Ok::<(), host_sim::rules::RuleError>(())
//! ```

pub(crate) mod command;
mod draft;
mod error;
pub mod explain;
mod firewalld;
mod flags;
mod interfaces;
mod iptables;
mod nft;
mod numbers;
mod rule;
mod set;
mod vendors;
mod words;

#[cfg(test)]
mod tests;

pub use error::RuleError;
pub use interfaces::Interfaces;
pub use rule::{Dialect, Hook, InterfaceMatch, Rule};
pub use set::{Rules, Way, typed};
