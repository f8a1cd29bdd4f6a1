//! How many inputs got past the outermost header.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts inputs, and those that got somewhere.
pub struct Share {
    all: AtomicU64,
    deep: AtomicU64,
}

impl Share {
    /// Nothing counted yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            all: AtomicU64::new(0),
            deep: AtomicU64::new(0),
        }
    }

    /// Counts one input, and prints the share whenever the count has doubled, for `run.sh` to read.
    pub fn count(&self, is_deep: bool) {
        let all = self.all.fetch_add(1, Ordering::Relaxed) + 1;
        let deep = self.deep.fetch_add(u64::from(is_deep), Ordering::Relaxed) + u64::from(is_deep);
        if all.is_power_of_two() {
            eprintln!("SHARE {} % of {all} inputs", deep * 100 / all);
        }
    }
}

impl Default for Share {
    fn default() -> Self {
        Self::new()
    }
}
