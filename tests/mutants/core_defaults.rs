//! What a mutant answers with where a function's type has no default of its own. Only the copy that mutants are
//! judged in has this module.

use crate::ceiling::Ceiling;
use crate::ip::{Payload, Version, protocol};
use crate::link::LinkType;
use crate::outcome::{Outcome, Reason};
use crate::plain::Glance;
use crate::policy::Clamp;
use crate::segment::Header;
use crate::stop::Stop;
use crate::{Insertion, Refusal};

macro_rules! defaults {
    ($($of:ty: $default:expr,)*) => {
        $(impl Default for $of {
            fn default() -> Self {
                $default
            }
        })*
    };
}

defaults! {
    Ceiling: Ceiling::new(Some(1400), 1400),
    Clamp: Clamp::for_link_mtu(1400).unwrap(),
    Glance: Glance::NotSyn,
    Header: Header::Ipv4,
    Insertion: Insertion::Refused(Refusal::NoRoom),
    LinkType: LinkType::Ethernet,
    Outcome: Outcome::Fits { mss: 1 },
    Payload: Payload { protocol: protocol::TCP, is_fragment: false },
    Stop: Stop::Leave(Reason::Cut),
    Version: Version::V4,
}
