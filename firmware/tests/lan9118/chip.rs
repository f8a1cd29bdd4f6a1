//! A LAN9118 as far as its driver sees it, with the habits of QEMU's model.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use firmware::drivers::Registers;

const RX_LEVEL: u32 = 1 << 3;
const TX_SPACE: u32 = 1 << 9;

#[derive(Default)]
pub(crate) struct Chip {
    pub(crate) byte_test: u32,
    pub(crate) id_revision: u32,
    pub(crate) interrupt_status: u32,
    pub(crate) interrupt_enable: u32,
    pub(crate) mac: [u32; 16],
    mac_data: u32,
    /// What was written to IRQ_CFG, FIFO_INT, TX_CFG and HW_CFG.
    pub(crate) settings: HashMap<usize, u32>,
    /// What was written to the PHY's registers.
    pub(crate) phy: [u32; 32],
    /// Which of the PHY's registers were read.
    pub(crate) phy_reads: Vec<usize>,
    statuses: VecDeque<u32>,
    words: VecDeque<u32>,
    pub(crate) sent: Vec<Vec<u8>>,
    sending: Vec<u32>,
    pub(crate) tx_statuses: u32,
    pub(crate) tx_free: u32,
    /// Comes in when the driver clears the interrupt status, just before it is cleared.
    pub(crate) on_clear: Option<Vec<u8>>,
    pub(crate) link_up: bool,
    /// A MAC register access never ends.
    pub(crate) mac_hangs: bool,
}

#[derive(Clone)]
pub(crate) struct Port(pub(crate) Rc<RefCell<Chip>>);

impl Chip {
    pub(crate) fn port() -> Port {
        Port(Rc::new(RefCell::new(Self {
            byte_test: 0x8765_4321,
            id_revision: 0x0118_0001,
            tx_free: 4608,
            link_up: true,
            ..Self::default()
        })))
    }

    /// A frame comes in; `flags` are bits of its status besides the length.
    pub(crate) fn arrive_with(&mut self, frame: &[u8], flags: u32) {
        let mut stored = frame.to_vec();
        stored.extend([0xde, 0xad, 0xbe, 0xef]);
        self.statuses.push_back((stored.len() as u32) << 16 | flags);
        stored.resize(stored.len().next_multiple_of(4), 0x77);
        let words = stored
            .chunks(4)
            .map(|word| u32::from_le_bytes(word.try_into().unwrap()));
        self.words.extend(words);
        self.interrupt_status |= RX_LEVEL;
    }

    pub(crate) fn arrive(&mut self, frame: &[u8]) {
        self.arrive_with(frame, 0);
    }

    /// The transmit FIFO drains.
    pub(crate) fn make_room(&mut self) {
        self.tx_free = 4608;
        self.interrupt_status |= TX_SPACE;
    }

    pub(crate) fn interrupts(&self) -> bool {
        self.interrupt_status & self.interrupt_enable != 0
    }

    pub(crate) fn fifo_is_empty(&self) -> bool {
        self.words.is_empty() && self.statuses.is_empty()
    }

    fn mac_command(&mut self, command: u32) {
        let index = (command & 0xf) as usize;
        if command & 1 << 30 != 0 {
            self.mac_data = self.mac[index];
            return;
        }
        self.mac[index] = self.mac_data;
        if index == 6 {
            // MII_ACC: the access is over at once.
            self.mac[6] &= !1;
            self.phy_access(self.mac_data);
        }
    }

    fn phy_access(&mut self, access: u32) {
        assert_eq!(access >> 11 & 0x1f, 1, "the chip's own PHY");
        assert_eq!(access & 1, 1, "busy");
        let register = (access >> 6 & 0x1f) as usize;
        if access & 1 << 1 != 0 {
            self.phy[register] = self.mac[7];
            return;
        }
        self.phy_reads.push(register);
        if register == 1 {
            self.mac[7] = if self.link_up { 0x782d } else { 0x7809 };
        }
    }

    fn tx_word(&mut self, value: u32) {
        self.sending.push(value);
        let [command, tag, data @ ..] = self.sending.as_slice() else {
            return;
        };
        let bytes = (command & 0x7ff) as usize;
        assert_eq!(command & 0x3000, 0x3000, "a frame in one piece");
        assert_eq!(tag & 0x7ff, command & 0x7ff, "both commands say the length");
        if data.len() * 4 >= bytes {
            let mut frame: Vec<u8> = data.iter().flat_map(|word| word.to_le_bytes()).collect();
            frame.truncate(bytes);
            self.sent.push(frame);
            self.sending.clear();
            self.tx_statuses += 1;
            assert!(self.tx_statuses < 512, "the transmit status FIFO is full");
        }
    }
}

impl Registers for Port {
    fn read(&self, offset: usize) -> u32 {
        let mut chip = self.0.borrow_mut();
        match offset {
            0x00 => chip.words.pop_front().expect("a word is in the FIFO"),
            0x40 => chip.statuses.pop_front().expect("a status is in the FIFO"),
            0x48 => {
                chip.tx_statuses -= 1;
                0
            }
            0x50 => chip.id_revision,
            0x58 => chip.interrupt_status,
            0x64 => chip.byte_test,
            0x74 => 0x0005_0004,
            0x7c => (chip.statuses.len() as u32) << 16 | (chip.words.len() as u32) << 2,
            0x80 => chip.tx_statuses << 16 | chip.tx_free,
            0x84 => 1,
            0xa4 => u32::from(chip.mac_hangs) << 31,
            0xa8 => chip.mac_data,
            _ => panic!("read of register {offset:#x}"),
        }
    }

    fn write(&self, offset: usize, value: u32) {
        let mut chip = self.0.borrow_mut();
        match offset {
            0x20 => chip.tx_word(value),
            0x58 => {
                if let Some(frame) = chip.on_clear.take() {
                    chip.arrive(&frame);
                }
                chip.interrupt_status &= !value;
            }
            0x5c => chip.interrupt_enable = value,
            0xa4 => chip.mac_command(value),
            0xa8 => chip.mac_data = value,
            0x54 | 0x68 | 0x70 | 0x74 => {
                chip.settings.insert(offset, value);
            }
            _ => panic!("write of register {offset:#x}"),
        }
    }
}
