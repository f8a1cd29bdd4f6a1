//! The image's own router once more, on this machine: what its counters say of the frames that the image was sent.

use firmware::board::{BootArguments, trunk_config};
use firmware::router::time::Instant;
use firmware::router::{Router, Wires};

use crate::image::Board;

/// The trunk's wire, as the boards number it.
const TRUNK: usize = 0;
/// About as fast as frames are sent to the image.
const FRAMES_A_MS: u64 = 4;

struct Nowhere;

impl Wires for Nowhere {
    fn send(&mut self, _: usize, _: &[u8], _: &[u8]) -> bool {
        true
    }
}

/// A router with the configuration of a board's image.
pub(crate) struct Twin {
    router: Box<Router<1024>>,
    frames: u64,
}

impl Twin {
    pub(crate) fn of(board: &Board) -> Self {
        let config = trunk_config(board.mac, &BootArguments::default()).expect("as on the board");
        Self {
            router: Box::new(Router::new(config, [7; 16])),
            frames: 0,
        }
    }

    pub(crate) fn receive(&mut self, frame: &[u8]) {
        self.frames += 1;
        let now = Instant(self.frames / FRAMES_A_MS);
        let mut frame = frame.to_vec();
        self.router.receive(TRUNK, &mut frame, now, &mut Nowhere);
        self.router.poll(now, &mut Nowhere);
    }

    /// In percent.
    pub(crate) fn share_past_the_headers(&self) -> u64 {
        self.router.counters().past_the_headers() * 100 / self.frames
    }
}
