//! VLAN tags: where a frame has one, and the one that the kernel takes out of a frame that is received.

use nix::sys::socket::ControlMessageOwned;

/// Length of a tag with its protocol, in bytes (IEEE 802.1Q, section 9.6).
pub(super) const TAG_LEN: usize = 4;
/// Where it belongs: behind both MAC addresses.
pub(super) const MACS_LEN: usize = 12;

/// What the tags of customers and providers, and older ones of providers, say they are.
pub(super) const VLAN_ETHER_TYPES: [u16; 3] = [0x8100, 0x88a8, 0x9100];

/// Length of the auxiliary data: `struct tpacket_auxdata` (packet(7)).
pub(super) const AUXILIARY_DATA_LEN: usize = 20;
const TAG_CONTROL_AT: usize = 16;
const TAG_PROTOCOL_AT: usize = 18;
/// What the kernel means where it does not say: 802.1Q.
const CUSTOMER_TAG: u16 = 0x8100;

/// Whether a frame, given in two parts, has a tag.
pub(super) fn is_tagged(header: &[u8], rest: &[u8]) -> bool {
    let mut behind_macs = header.iter().chain(rest).skip(MACS_LEN);
    let ether_type = behind_macs.next().zip(behind_macs.next());
    ether_type
        .is_some_and(|(&high, &low)| VLAN_ETHER_TYPES.contains(&u16::from_be_bytes([high, low])))
}

/// The tag that `message` holds, as a wire carries it; `None` where the frame had none.
pub(super) fn taken_out(message: &ControlMessageOwned) -> Option<[u8; TAG_LEN]> {
    let ControlMessageOwned::Unknown(message) = message else {
        return None;
    };
    let header = &message.cmsg_header;
    if (header.cmsg_level, header.cmsg_type) != (libc::SOL_PACKET, libc::PACKET_AUXDATA) {
        return None;
    }
    let data = &message.data_bytes;
    let status = u32::from_ne_bytes(*data.first_chunk()?);
    if status & libc::TP_STATUS_VLAN_VALID == 0 {
        return None;
    }
    let word = |at: usize| {
        let bytes = data.get(at..)?.first_chunk()?;
        Some(u16::from_ne_bytes(*bytes))
    };
    let protocol = if status & libc::TP_STATUS_VLAN_TPID_VALID == 0 {
        CUSTOMER_TAG
    } else {
        word(TAG_PROTOCOL_AT)?
    };
    let [a, b] = protocol.to_be_bytes();
    let [c, d] = word(TAG_CONTROL_AT)?.to_be_bytes();
    Some([a, b, c, d])
}
