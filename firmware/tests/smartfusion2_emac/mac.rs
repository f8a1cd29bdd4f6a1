//! The SmartFusion2's MAC as far as its driver sees it: registers, descriptors and memory.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use firmware::drivers::{BUFFER_BYTES, DescriptorWord, Registers, Ring};

const EMPTY: u32 = 1 << 31;
const MAX_FRAME_LENGTH: usize = 0x10;
const TX_CTRL: usize = 0x180;
const TX_DESC: usize = 0x184;
const TX_STATUS: usize = 0x188;
const RX_CTRL: usize = 0x18c;
const RX_DESC: usize = 0x190;
const RX_STATUS: usize = 0x194;
const IRQ_MASK: usize = 0x198;

#[derive(Default)]
pub(crate) struct Mac {
    pub(crate) registers: HashMap<usize, u32>,
    words: HashMap<u32, u32>,
    buffers: HashMap<u32, Vec<u8>>,
    rx_descriptor: u32,
    tx_descriptor: u32,
    received_count: u32,
    sent_count: u32,
    pub(crate) sent: Vec<Vec<u8>>,
    /// Frames are sent by `run` only, and not as soon as the transmitter is turned on.
    pub(crate) is_slow: bool,
}

/// The registers, shared with the test.
#[derive(Clone, Default)]
pub(crate) struct Port(pub(crate) Rc<RefCell<Mac>>);

/// A ring in the memory of `Mac`, which starts at `base`.
pub(crate) struct PaperRing {
    mac: Port,
    base: u32,
    buffers: Vec<Vec<u8>>,
    processor_owns: u32,
}

impl PaperRing {
    pub(crate) fn to_receive(mac: &Port, slots: usize) -> Self {
        Self::new(mac, slots, 0x1_0000, 0)
    }

    pub(crate) fn to_send(mac: &Port, slots: usize) -> Self {
        Self::new(mac, slots, 0x2_0000, EMPTY)
    }

    fn new(mac: &Port, slots: usize, base: u32, processor_owns: u32) -> Self {
        Self {
            mac: mac.clone(),
            base,
            buffers: vec![vec![0; BUFFER_BYTES]; slots],
            processor_owns,
        }
    }
}

impl Ring for PaperRing {
    fn slots(&self) -> usize {
        self.buffers.len()
    }

    fn descriptor_address(&self, slot: usize) -> u32 {
        self.base + 12 * slot as u32
    }

    fn buffer_address(&self, slot: usize) -> u32 {
        self.base + 0x800 + slot as u32
    }

    fn read(&self, slot: usize, word: DescriptorWord) -> u32 {
        let address = self.descriptor_address(slot) + 4 * word as u32;
        self.mac.0.borrow().words[&address]
    }

    fn write(&mut self, slot: usize, word: DescriptorWord, value: u32) {
        let address = self.descriptor_address(slot) + 4 * word as u32;
        let mut mac = self.mac.0.borrow_mut();
        mac.words.insert(address, value);
        let buffer = self.buffers[slot].clone();
        mac.buffers.insert(self.buffer_address(slot), buffer);
    }

    fn buffer(&mut self, slot: usize) -> Option<&mut [u8]> {
        if self.read(slot, DescriptorWord::Size) & EMPTY != self.processor_owns {
            return None;
        }
        let memory = self.mac.0.borrow().buffers[&self.buffer_address(slot)].clone();
        self.buffers[slot] = memory;
        Some(&mut self.buffers[slot])
    }
}

impl Mac {
    fn register(&self, offset: usize) -> u32 {
        self.registers.get(&offset).copied().unwrap_or(0)
    }

    fn set(&mut self, offset: usize, bits: u32, on: bool) {
        let value = self.registers.entry(offset).or_default();
        *value = if on { *value | bits } else { *value & !bits };
    }

    /// A frame comes in; says whether the MAC took it or (with the receiver off) holds it back.
    pub(crate) fn arrive(&mut self, frame: &[u8]) -> bool {
        if self.register(RX_CTRL) & 1 == 0 {
            return false;
        }
        if frame.len() > self.register(MAX_FRAME_LENGTH) as usize {
            return true;
        }
        let descriptor = self.rx_descriptor;
        if self.words[&(descriptor + 4)] & EMPTY == 0 {
            self.set(RX_CTRL, 1, false);
            self.set(RX_STATUS, 1 << 2, true);
            return true;
        }
        let buffer = self.words[&descriptor];
        self.buffers.get_mut(&buffer).unwrap()[..frame.len()].copy_from_slice(frame);
        self.words.insert(descriptor + 4, frame.len() as u32);
        self.rx_descriptor = self.words[&(descriptor + 8)];
        self.received_count += 1;
        self.set(RX_STATUS, 1, true);
        true
    }

    /// Sends until an empty slot turns the transmitter off.
    pub(crate) fn run(&mut self) {
        while self.register(TX_CTRL) & 1 != 0 {
            let descriptor = self.tx_descriptor;
            let size = self.words[&(descriptor + 4)];
            if size & EMPTY != 0 {
                return self.stop();
            }
            let buffer = self.words[&descriptor];
            self.sent
                .push(self.buffers[&buffer][..size as usize].to_vec());
            self.words.insert(descriptor + 4, size | EMPTY);
            self.tx_descriptor = self.words[&(descriptor + 8)];
            self.sent_count += 1;
            self.set(TX_STATUS, 1, true);
        }
    }

    /// The transmitter turns itself off, having seen an empty slot.
    pub(crate) fn stop(&mut self) {
        self.set(TX_CTRL, 1, false);
        self.set(TX_STATUS, 1 << 1, true);
    }

    pub(crate) fn interrupts(&self) -> bool {
        let causes = self.register(RX_STATUS) << 4 | self.register(TX_STATUS);
        causes & self.register(IRQ_MASK) != 0
    }

    /// Frames that came and were not yet said to be taken.
    pub(crate) fn untaken(&self) -> u32 {
        self.received_count
    }
}

impl Registers for Port {
    fn read(&self, offset: usize) -> u32 {
        self.0.borrow().register(offset)
    }

    fn write(&self, offset: usize, value: u32) {
        let mut mac = self.0.borrow_mut();
        match offset {
            TX_STATUS | RX_STATUS => {
                mac.set(offset, value & !1, false);
                if value & 1 != 0 {
                    let count = if offset == TX_STATUS {
                        &mut mac.sent_count
                    } else {
                        &mut mac.received_count
                    };
                    *count -= 1;
                    if *count == 0 {
                        mac.set(offset, 1, false);
                    }
                }
            }
            _ => {
                mac.registers.insert(offset, value);
            }
        }
        if offset == RX_CTRL {
            mac.rx_descriptor = mac.register(RX_DESC);
        }
        if offset == TX_CTRL {
            mac.tx_descriptor = mac.register(TX_DESC);
            if !mac.is_slow {
                mac.run();
            }
        }
    }
}
