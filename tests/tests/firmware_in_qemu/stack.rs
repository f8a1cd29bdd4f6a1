//! How much of its stack a board's image has used, as QEMU's memory shows from outside: RAM starts as zeros, so what
//! isn't zero was written, and what isn't as it was has been written since. A word that was written with what it
//! held before isn't seen.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use serde_json::{Value, json};

use crate::image::Board;

/// Far more than any image uses.
const LOOKED_AT_BYTES: u64 = 64 << 10;

/// The memory below the stack's start.
pub(crate) struct Stack {
    memory: Vec<u8>,
}

impl Stack {
    /// That of the board's image in the QEMU whose monitor listens at `monitor`.
    pub(crate) fn read(board: &Board, monitor: &Path) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let dump = directory.path().join("stack");
        // To grow downwards, by cortex-m-rt's name.
        let start = board.address_of("_stack_start");
        save_memory(monitor, start - LOOKED_AT_BYTES, &dump);
        let memory = fs::read(&dump).expect("QEMU has saved the memory");
        Self { memory }
    }

    /// The deepest byte written since power-on, counted from the stack's start.
    pub(crate) fn used_bytes(&self) -> usize {
        self.depth(|place| self.memory[place] != 0)
    }

    /// The deepest byte written since `before`.
    pub(crate) fn used_bytes_since(&self, before: &Self) -> usize {
        self.depth(|place| self.memory[place] != before.memory[place])
    }

    fn depth(&self, is_written: impl Fn(usize) -> bool) -> usize {
        let untouched = (0..self.memory.len()).take_while(|place| !is_written(*place));
        let untouched = untouched.count();
        assert!(untouched > 0, "more than what is looked at");
        self.memory.len() - untouched
    }
}

/// Has QEMU write the memory from `address` on into a file (QEMU Machine Protocol).
fn save_memory(monitor: &Path, address: u64, file: &Path) {
    let mut monitor = UnixStream::connect(monitor).expect("QEMU's monitor listens");
    let answers = monitor.try_clone().expect("a second handle");
    let mut answers = BufReader::new(answers).lines().map(|line| {
        let line = line.expect("QEMU's monitor answers");
        serde_json::from_str::<Value>(&line).expect("JSON")
    });
    let _greeting = answers.next();
    for command in [
        json!({"execute": "qmp_capabilities"}),
        json!({"execute": "pmemsave", "arguments": {
            "val": address, "size": LOOKED_AT_BYTES, "filename": file
        }}),
    ] {
        writeln!(monitor, "{command}").expect("QEMU's monitor takes commands");
        let answer = answers.find(|answer| answer.get("event").is_none());
        let is_done = answer
            .as_ref()
            .is_some_and(|answer| answer.get("return").is_some());
        assert!(is_done, "{command}: {answer:?}");
    }
}
