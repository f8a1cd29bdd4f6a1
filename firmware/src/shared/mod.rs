//! What the [`router`](crate::router) and the [`pppoe`](crate::pppoe) client both stand on.

#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

pub(crate) mod bytes;
pub(crate) mod counted;
pub(crate) mod hash;
pub(crate) mod rate_limit;
pub mod time;
