//! Where the packets of a capture file are: a walk over its records, and nothing of `host-sim`.

/// One packet in a capture file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record {
    /// Where its bytes begin in the file.
    pub(crate) at: usize,
    pub(crate) captured_len: usize,
    /// The larger of its original and its captured length.
    pub(crate) wire_len: usize,
    /// The number of its link type.
    pub(crate) link: u16,
    /// The snap length of its file or interface; 0 for none.
    pub(crate) snap_len: usize,
}

impl Record {
    pub(crate) fn bytes<'a>(&self, file: &'a [u8]) -> &'a [u8] {
        &file[self.at..self.at + self.captured_len]
    }
}

/// The packets of a file, and the byte up to which its records can be told apart.
#[derive(Debug)]
pub(crate) struct Records {
    pub(crate) packets: Vec<Record>,
    pub(crate) sound_until: usize,
}

/// A file of which the byte order is known.
struct Numbers<'a> {
    file: &'a [u8],
    is_little: bool,
}

impl Numbers<'_> {
    fn at(&self, at: usize, len: usize) -> Option<usize> {
        let bytes = self.file.get(at..at.checked_add(len)?)?;
        let fold = |number: usize, byte: &u8| number * 256 + usize::from(*byte);
        Some(if self.is_little {
            bytes.iter().rev().fold(0, fold)
        } else {
            bytes.iter().fold(0, fold)
        })
    }

    fn u16(&self, at: usize) -> Option<u16> {
        u16::try_from(self.at(at, 2)?).ok()
    }
}

/// Walks a pcap or pcapng file up to its end or its first fault.
pub(crate) fn records(file: &[u8]) -> Records {
    if file.starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]) {
        blocks(file)
    } else {
        classic(file)
    }
}

fn classic(file: &[u8]) -> Records {
    let magic = u32::from_be_bytes(file[..4].try_into().expect("four bytes"));
    let (is_little, header_len) = match magic {
        0xa1b2_c3d4 | 0xa1b2_3c4d => (false, 16),
        0xd4c3_b2a1 | 0x4d3c_b2a1 => (true, 16),
        0xa1b2_cd34 => (false, 24),
        0x34cd_b2a1 => (true, 24),
        _ => panic!("no capture file: {magic:08x}"),
    };
    let numbers = Numbers { file, is_little };
    let snap_len = numbers.at(16, 4).expect("a file header");
    let link = numbers.at(20, 4).expect("a file header") & 0xffff;
    let link = u16::try_from(link).expect("16 bits");
    let mut packets = Vec::new();
    let mut at = 24;
    while let (Some(captured_len), Some(original_len)) =
        (numbers.at(at + 8, 4), numbers.at(at + 12, 4))
    {
        let packet_at = at + header_len;
        if packet_at + captured_len > file.len() {
            break;
        }
        let wire_len = original_len.max(captured_len);
        packets.push(Record {
            at: packet_at,
            captured_len,
            wire_len,
            link,
            snap_len,
        });
        at = packet_at + captured_len;
    }
    Records {
        packets,
        sound_until: at,
    }
}

fn blocks(file: &[u8]) -> Records {
    let mut numbers = Numbers {
        file,
        is_little: true,
    };
    let mut interfaces: Vec<(u16, usize)> = Vec::new();
    let mut packets = Vec::new();
    let mut at = 0;
    while at + 12 <= file.len() {
        let is_section = file[at..].starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]);
        if is_section {
            interfaces.clear();
            numbers.is_little = match file[at + 8..at + 12] {
                [0x4d, 0x3c, 0x2b, 0x1a] => true,
                [0x1a, 0x2b, 0x3c, 0x4d] => false,
                _ => break,
            };
        }
        let Some(len) = numbers.at(at + 4, 4) else {
            break;
        };
        let trailer = (at + len)
            .checked_sub(4)
            .and_then(|trailer| numbers.at(trailer, 4));
        if len < 12 || len % 4 != 0 || trailer != Some(len) {
            break;
        }
        let body = at + 8;
        let body_len = len - 12;
        let number = |offset, len| numbers.at(body + offset, len).unwrap_or(0);
        match numbers.at(at, 4) {
            Some(1) if body_len >= 8 => {
                let link = numbers.u16(body).expect("inside the block");
                interfaces.push((link, number(4, 4)));
            }
            // Enhanced, and the obsolete packet block with its 16-bit interface.
            Some(kind @ (6 | 2)) if body_len >= 20 => {
                let interface = number(0, if kind == 6 { 4 } else { 2 });
                let captured_len = number(12, 4);
                if let Some(&(link, snap_len)) = interfaces.get(interface)
                    && captured_len <= body_len - 20
                {
                    let wire_len = number(16, 4).max(captured_len);
                    let at = body + 20;
                    packets.push(Record {
                        at,
                        captured_len,
                        wire_len,
                        link,
                        snap_len,
                    });
                }
            }
            Some(3) if body_len >= 4 => {
                if let Some(&(link, snap_len)) = interfaces.first() {
                    let wire_len = number(0, 4);
                    let limit = if snap_len == 0 { wire_len } else { snap_len };
                    let captured_len = wire_len.min(limit);
                    if captured_len <= body_len - 4 {
                        let at = body + 4;
                        packets.push(Record {
                            at,
                            captured_len,
                            wire_len,
                            link,
                            snap_len,
                        });
                    }
                }
            }
            _ => {}
        }
        at += len;
    }
    Records {
        packets,
        sound_until: at,
    }
}
