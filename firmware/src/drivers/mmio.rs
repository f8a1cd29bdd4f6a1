//! A chip's registers.

/// 32-bit registers at byte offsets from the chip's first one.
///
/// Both calls take `&self`: a chip changes its registers on its own, so exclusive access to them is
/// nothing that a reference could promise.
pub trait Registers {
    /// Reads the register at `offset`.
    fn read(&self, offset: usize) -> u32;
    /// Writes the register at `offset`.
    fn write(&self, offset: usize, value: u32);
}

/// A memory-mapped chip.
#[derive(Clone, Copy)]
pub struct Mmio {
    base: usize,
    size_bytes: usize,
}

#[allow(
    unsafe_code,
    reason = "the volatile access that everything else avoids"
)]
impl Mmio {
    /// The chip at address `base`, whose registers take `size_bytes`.
    ///
    /// # Safety
    /// From `base` on there must be `size_bytes` of device registers, word-aligned, at which any aligned
    /// 32-bit read or write leaves the memory that Rust manages alone, except for what a driver hands
    /// to the device in descriptors.
    #[must_use]
    pub const unsafe fn new(base: usize, size_bytes: usize) -> Self {
        Self { base, size_bytes }
    }

    fn address(self, offset: usize) -> *mut u32 {
        assert!(
            offset.is_multiple_of(4) && offset < self.size_bytes,
            "no register at this offset"
        );
        core::ptr::with_exposed_provenance_mut(self.base + offset)
    }
}

#[allow(
    unsafe_code,
    reason = "the volatile access that everything else avoids"
)]
impl Registers for Mmio {
    #[inline(always)]
    fn read(&self, offset: usize) -> u32 {
        // SAFETY: `new`'s caller vouched for `size_bytes` of registers, and `address` refuses an offset
        // outside of them or off a word boundary.
        unsafe { self.address(offset).read_volatile() }
    }

    #[inline(always)]
    fn write(&self, offset: usize, value: u32) {
        // SAFETY: as in `read`.
        unsafe { self.address(offset).write_volatile(value) }
    }
}
