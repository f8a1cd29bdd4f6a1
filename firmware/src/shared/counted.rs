//! One counter a reason.

/// Declares an enum and a struct with one counter a variant, the two kept in step by the compiler.
macro_rules! counted {
    (
        $(#[$enum_doc:meta])* enum $key:ident;
        $(#[$struct_doc:meta])* struct $counters:ident;
        $($(#[$doc:meta])* $variant:ident => $field:ident,)+
    ) => {
        $(#[$enum_doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        // A word, so that a `Result` with it is copied by words.
        #[repr(u32)]
        pub enum $key { $($(#[$doc])* $variant,)+ }

        $(#[$struct_doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $counters { $($(#[$doc])* pub $field: u64,)+ }

        impl $counters {
            /// Nothing was counted.
            pub const ZERO: Self = Self { $($field: 0,)+ };

            pub(crate) fn count(&mut self, key: $key) {
                self.add(key, 1);
            }

            pub(crate) fn add(&mut self, key: $key, count: u64) {
                let counter = match key { $($key::$variant => &mut self.$field,)+ };
                *counter = counter.wrapping_add(count);
            }

            /// The sum of all counters.
            #[must_use]
            pub fn total(&self) -> u64 {
                0_u64 $(.wrapping_add(self.$field))+
            }

            /// Every counter with its name.
            pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($field), self.$field),)+].into_iter()
            }
        }
    };
}

pub(crate) use counted;
