//! The options of a message (RFC 2132), wherever they lie in it.

use core::net::Ipv4Addr;

use crate::shared::bytes::{array_at, ipv4_at, u32_at};

use super::status::Discard;

const PAD: u8 = 0;
pub(crate) const SUBNET_MASK: u8 = 1;
pub(crate) const ROUTER: u8 = 3;
pub(crate) const DOMAIN_NAME_SERVER: u8 = 6;
pub(crate) const INTERFACE_MTU: u8 = 26;
pub(crate) const REQUESTED_ADDRESS: u8 = 50;
pub(crate) const LEASE_TIME: u8 = 51;
pub(crate) const OVERLOAD: u8 = 52;
pub(crate) const MESSAGE_TYPE: u8 = 53;
pub(crate) const SERVER_IDENTIFIER: u8 = 54;
pub(crate) const PARAMETER_REQUEST_LIST: u8 = 55;
pub(crate) const MAX_MESSAGE_SIZE: u8 = 57;
pub(crate) const RENEWAL_TIME: u8 = 58;
pub(crate) const REBINDING_TIME: u8 = 59;
pub(crate) const CLIENT_IDENTIFIER: u8 = 61;
pub(crate) const CLASSLESS_STATIC_ROUTE: u8 = 121;
pub(crate) const END: u8 = 255;

/// The areas of a message that hold options: the options field, and `file` and `sname` where they are lent to it
/// (RFC 2131, section 4.1).
#[derive(Clone, Copy)]
pub(crate) struct Options<'a> {
    areas: [&'a [u8]; 3],
}

impl<'a> Options<'a> {
    /// Looks through the options; an error when one runs past its area.
    pub(crate) fn read(
        options: &'a [u8],
        file: &'a [u8],
        sname: &'a [u8],
    ) -> Result<Self, Discard> {
        let own = Self {
            areas: [options, &[], &[]],
        };
        own.walk(0)?;
        let lent = own.find(OVERLOAD).and_then(<[u8]>::first).copied();
        let lends = |bit: u8, area: &'a [u8]| match lent {
            Some(areas) if areas & bit != 0 => area,
            _ => &[],
        };
        let all = Self {
            areas: [options, lends(1, file), lends(2, sname)],
        };
        all.walk(0)?;
        Ok(all)
    }

    /// The value of the first option of this kind.
    pub(crate) fn find(&self, kind: u8) -> Option<&'a [u8]> {
        self.walk(kind).ok().flatten()
    }

    /// Walks all options to the first one of this kind; no option is of kind 0.
    fn walk(&self, wanted: u8) -> Result<Option<&'a [u8]>, Discard> {
        for area in self.areas {
            let mut rest = area;
            // What follows the last option may be missing: an area ends with its bytes, too.
            while let [kind, after @ ..] = rest {
                match *kind {
                    END => break,
                    PAD => rest = after,
                    kind => {
                        let (len, after) = after.split_first().ok_or(Discard::MalformedOption)?;
                        let (value, after) = after
                            .split_at_checked(usize::from(*len))
                            .ok_or(Discard::MalformedOption)?;
                        if kind == wanted {
                            return Ok(Some(value));
                        }
                        rest = after;
                    }
                }
            }
        }
        Ok(None)
    }

    /// The address in an option of one address, or the first one of a list.
    pub(crate) fn address(&self, kind: u8) -> Option<Ipv4Addr> {
        ipv4_at(self.find(kind)?, 0)
    }

    /// The first two addresses of a list.
    pub(crate) fn two_addresses(&self, kind: u8) -> [Option<Ipv4Addr>; 2] {
        let list = self.find(kind).unwrap_or_default();
        [ipv4_at(list, 0), ipv4_at(list, 4)]
    }

    /// A number of seconds.
    pub(crate) fn seconds(&self, kind: u8) -> Option<u32> {
        u32_at(self.find(kind)?, 0)
    }

    /// The length of the prefix that the subnet mask names, if it is one.
    pub(crate) fn prefix_len(&self) -> Option<u8> {
        let mask = u32::from_be_bytes(array_at(self.find(SUBNET_MASK)?, 0)?);
        let len = mask.leading_ones();
        let is_contiguous = len.checked_add(mask.trailing_zeros()) == Some(32);
        u8::try_from(len)
            .ok()
            .filter(|&len| len > 0 && (is_contiguous || len == 32))
    }

    /// The next hop of everything that no other route leads to. Where there are classless static routes, the router
    /// option doesn't count (RFC 3442).
    pub(crate) fn default_router(&self) -> Option<Ipv4Addr> {
        match self.find(CLASSLESS_STATIC_ROUTE) {
            Some(routes) => default_route(routes),
            None => self.address(ROUTER),
        }
    }
}

/// The router of the route of 0 bits among classless static routes: a width in bits, as many bytes of the destination
/// as it needs, and a router each (RFC 3442).
fn default_route(routes: &[u8]) -> Option<Ipv4Addr> {
    let mut rest = routes;
    while let Some((&width, after)) = rest.split_first() {
        let destination_len = usize::from(width.div_ceil(8));
        let router = ipv4_at(after, destination_len)?;
        if width == 0 {
            return Some(router);
        }
        rest = after.get(destination_len.saturating_add(4)..)?;
    }
    None
}
