//! What a frame leaves to the network card: the virtio-net header (virtio 1.2, section 5.1.6).

/// Length of the header in bytes, without the number of merged buffers.
pub(super) const HEADER_LEN: usize = 10;

const NEEDS_CHECKSUM: u8 = 1;
const EXPLICIT_CONGESTION: u8 = 0x80;

/// What a card is to cut a frame into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// It is one frame.
    None,
    /// TCP segments, over IPv4 or IPv6.
    Tcp,
    /// UDP datagrams.
    Udp,
    /// Something else, by its number.
    Other(u8),
}

/// What is left to be done to a frame before a wire could carry it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Offload {
    flags: u8,
    cut: u8,
    header_len: u16,
    /// Payload of each segment, in bytes.
    pub(super) segment_len: u16,
    checksum_start: u16,
    checksum_offset: u16,
}

impl Offload {
    /// Nothing: the frame is as a wire carries it.
    pub(crate) const NOTHING: Self = Self {
        flags: 0,
        cut: 0,
        header_len: 0,
        segment_len: 0,
        checksum_start: 0,
        checksum_offset: 0,
    };

    // The kernel speaks the byte order of the machine on packet sockets.
    pub(super) fn parse(header: [u8; HEADER_LEN]) -> Self {
        let [flags, cut, a, b, c, d, e, f, g, h] = header;
        Self {
            flags,
            cut,
            header_len: u16::from_ne_bytes([a, b]),
            segment_len: u16::from_ne_bytes([c, d]),
            checksum_start: u16::from_ne_bytes([e, f]),
            checksum_offset: u16::from_ne_bytes([g, h]),
        }
    }

    /// The header to send; what only means something on reception is left out.
    pub(super) fn emit(self) -> [u8; HEADER_LEN] {
        let [a, b] = self.header_len.to_ne_bytes();
        let [c, d] = self.segment_len.to_ne_bytes();
        let [e, f] = self.checksum_start.to_ne_bytes();
        let [g, h] = self.checksum_offset.to_ne_bytes();
        [
            self.flags & NEEDS_CHECKSUM,
            self.cut,
            a,
            b,
            c,
            d,
            e,
            f,
            g,
            h,
        ]
    }

    /// The same for a frame that became `bytes` longer in its link layer.
    pub(super) fn shifted(mut self, bytes: u16) -> Self {
        if self.cut != 0 {
            self.header_len = self.header_len.saturating_add(bytes);
        }
        if self.flags & NEEDS_CHECKSUM != 0 {
            self.checksum_start = self.checksum_start.saturating_add(bytes);
        }
        self
    }

    pub(super) fn cut(self) -> Cut {
        match self.cut & !EXPLICIT_CONGESTION {
            0 => Cut::None,
            1 | 4 => Cut::Tcp,
            5 => Cut::Udp,
            other => Cut::Other(other),
        }
    }

    /// Whether it is longer than what a wire carries.
    pub(super) fn is_to_be_cut(self) -> bool {
        self.cut() != Cut::None
    }

    /// Where the bytes begin that an unfinished checksum covers, and where its field is, both
    /// from the start of the frame. The field holds the sum of the pseudo-header.
    pub(super) fn unfinished_checksum(self) -> Option<(usize, usize)> {
        (self.flags & NEEDS_CHECKSUM != 0).then(|| {
            let start = usize::from(self.checksum_start);
            (start, start + usize::from(self.checksum_offset))
        })
    }
}
