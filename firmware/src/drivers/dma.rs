//! Rings of buffers that a DMA engine and the processor share.
//!
//! A descriptor is three words: the buffer's address, the frame's size with the owner in bit 31, and
//! the address of the next descriptor. This is the SmartFusion2's format (UG0331, 11.4), and all that a
//! driver does with one goes through [`Ring`], so that a test can stand in for the engine.

use core::cell::{Cell, UnsafeCell};
use core::sync::atomic::{Ordering, fence};

use critical_section::Mutex;

use super::frame::BUFFER_BYTES;

/// A word of a descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DescriptorWord {
    /// Where the buffer is.
    BufferAddress = 0,
    /// Bit 31: empty; bits 10 to 0: the frame's bytes.
    Size = 1,
    /// Where the next descriptor is.
    Next = 2,
}

/// Bit 31 of [`DescriptorWord::Size`]: there is no frame in the buffer.
pub(super) const EMPTY: u32 = 1 << 31;
/// Bits 10 to 0 of [`DescriptorWord::Size`].
pub(super) const SIZE_MASK: u32 = 0x7ff;

/// A ring of descriptors, each with a buffer, that the DMA engine walks too.
pub trait Ring {
    /// How many descriptors there are.
    fn slots(&self) -> usize;
    /// The address of a descriptor, as the engine sees it.
    fn descriptor_address(&self, slot: usize) -> u32;
    /// The address of a buffer, as the engine sees it.
    fn buffer_address(&self, slot: usize) -> u32;
    /// Reads a word that the engine may have changed.
    fn read(&self, slot: usize, word: DescriptorWord) -> u32;
    /// Writes a word for the engine, after everything that was written to the buffers before.
    fn write(&mut self, slot: usize, word: DescriptorWord, value: u32);
    /// The buffer of a slot that is the processor's, of [`BUFFER_BYTES`]; `None` while it is the
    /// engine's.
    fn buffer(&mut self, slot: usize) -> Option<&mut [u8]>;
}

/// The memory of a ring with `SLOTS` descriptors, to be placed in a `static` that the engine reaches.
#[repr(C, align(8))]
pub struct DmaRingMemory<const SLOTS: usize> {
    buffers: UnsafeCell<[[u8; BUFFER_BYTES]; SLOTS]>,
    descriptors: UnsafeCell<[[u32; 3]; SLOTS]>,
    taken: Mutex<Cell<bool>>,
}

#[allow(
    unsafe_code,
    reason = "memory shared with a DMA engine is outside of what references can say"
)]
// SAFETY: the cells are reached only through the one `DmaRing` that `take` gives out.
unsafe impl<const SLOTS: usize> Sync for DmaRingMemory<SLOTS> {}

impl<const SLOTS: usize> DmaRingMemory<SLOTS> {
    /// The memory, all zero.
    #[must_use]
    pub const fn new() -> Self {
        const {
            assert!(SLOTS >= 2, "a ring of one buffer is never free");
        };
        Self {
            buffers: UnsafeCell::new([[0; BUFFER_BYTES]; SLOTS]),
            descriptors: UnsafeCell::new([[0; 3]; SLOTS]),
            taken: Mutex::new(Cell::new(false)),
        }
    }

    /// The ring in this memory for an engine that sends; `None` from the second call on.
    pub fn take_to_send(&'static self) -> Option<DmaRing<SLOTS>> {
        // A slot to fill is one that is empty: all are, before the engine starts.
        self.take(EMPTY)
    }

    /// The ring in this memory for an engine that receives; `None` from the second call on.
    pub fn take_to_receive(&'static self) -> Option<DmaRing<SLOTS>> {
        self.take(0)
    }

    fn take(&'static self, processor_owns: u32) -> Option<DmaRing<SLOTS>> {
        let taken = critical_section::with(|section| self.taken.borrow(section).replace(true));
        (!taken).then(|| {
            let mut ring = DmaRing {
                memory: self,
                processor_owns,
            };
            for slot in 0..SLOTS {
                ring.write(slot, DescriptorWord::Size, EMPTY);
            }
            ring
        })
    }
}

impl<const SLOTS: usize> Default for DmaRingMemory<SLOTS> {
    fn default() -> Self {
        Self::new()
    }
}

/// The processor's side of a ring in memory.
pub struct DmaRing<const SLOTS: usize> {
    memory: &'static DmaRingMemory<SLOTS>,
    processor_owns: u32,
}

#[allow(
    unsafe_code,
    reason = "memory shared with a DMA engine is outside of what references can say"
)]
impl<const SLOTS: usize> DmaRing<SLOTS> {
    fn word(&self, slot: usize, word: DescriptorWord) -> *mut u32 {
        assert!(slot < SLOTS, "no such slot");
        let words: *mut u32 = self.memory.descriptors.get().cast();
        // SAFETY: `slot` is under SLOTS and `word` under 3, so the result is inside of the array.
        unsafe { words.add(slot * 3 + word as usize) }
    }

    fn bytes(&self, slot: usize) -> *mut u8 {
        assert!(slot < SLOTS, "no such slot");
        let bytes: *mut u8 = self.memory.buffers.get().cast();
        // SAFETY: `slot` is under SLOTS, so the result is inside of the array.
        unsafe { bytes.add(slot * BUFFER_BYTES) }
    }
}

/// A bus address. The engines are on 32-bit processors, where this loses nothing.
fn bus_address<T>(pointer: *mut T) -> u32 {
    pointer.expose_provenance() as u32
}

#[allow(
    unsafe_code,
    reason = "memory shared with a DMA engine is outside of what references can say"
)]
impl<const SLOTS: usize> Ring for DmaRing<SLOTS> {
    fn slots(&self) -> usize {
        SLOTS
    }

    fn descriptor_address(&self, slot: usize) -> u32 {
        bus_address(self.word(slot, DescriptorWord::BufferAddress))
    }

    fn buffer_address(&self, slot: usize) -> u32 {
        bus_address(self.bytes(slot))
    }

    fn read(&self, slot: usize, word: DescriptorWord) -> u32 {
        // SAFETY: `word` gives a pointer into the array, aligned. No reference to the array exists:
        // it is only reached through `word`. The engine may write at the same time: hence volatile.
        let value = unsafe { self.word(slot, word).read_volatile() };
        // What the engine wrote to the buffer before it gave the slot back is read after this.
        fence(Ordering::SeqCst);
        value
    }

    fn write(&mut self, slot: usize, word: DescriptorWord, value: u32) {
        // What was written to the buffer is in memory before the engine gets the slot.
        fence(Ordering::SeqCst);
        // SAFETY: as in `read`.
        unsafe { self.word(slot, word).write_volatile(value) };
        fence(Ordering::SeqCst);
    }

    fn buffer(&mut self, slot: usize) -> Option<&mut [u8]> {
        if self.read(slot, DescriptorWord::Size) & EMPTY != self.processor_owns {
            return None;
        }
        // SAFETY: the bytes are inside of the array. The owner bit says that the engine leaves them
        // alone, and it changes hands only by `write`, which needs the ring as exclusively as the
        // slice borrows it. There is one `DmaRing` for this memory.
        Some(unsafe { core::slice::from_raw_parts_mut(self.bytes(slot), BUFFER_BYTES) })
    }
}
