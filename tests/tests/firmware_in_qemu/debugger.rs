//! A debugger at QEMU's stub, by GDB's remote serial protocol: as much of it as sends the processor elsewhere.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use crate::machine::PATIENCE;

/// The numbers that GDB gives the registers of a Cortex-M.
const LINK_REGISTER: u8 = 14;
const PROGRAM_COUNTER: u8 = 15;

/// Stops the machine whose stub listens at `stub`, and lets it go on at `address`, as if it had been called from
/// `called_from`.
pub(crate) fn jump(stub: &Path, address: u32, called_from: u32) {
    let stub = UnixStream::connect(stub).expect("QEMU's stub listens");
    let timeout = stub.set_read_timeout(Some(PATIENCE));
    timeout.expect("a timeout");
    let mut stub = BufReader::new(stub);
    // QEMU writes single registers only for who has read what registers there are.
    let description = ask(&mut stub, "qXfer:features:read:target.xml:0,ffb");
    assert!(description.contains("xml"), "{description}");
    for (register, value) in [(LINK_REGISTER, called_from), (PROGRAM_COUNTER, address)] {
        // A register is written in the order of its bytes in memory.
        let value = value.swap_bytes();
        let packet = format!("P{register:x}={value:08x}");
        assert_eq!(ask(&mut stub, &packet), "OK", "{packet}");
    }
    // Detached, the machine goes on.
    assert_eq!(ask(&mut stub, "D"), "OK");
}

/// Sends a packet and returns the answer. Before the first one, the stub tells that the machine has stopped.
fn ask(stub: &mut BufReader<UnixStream>, packet: &str) -> String {
    let sum = packet.bytes().fold(0_u8, u8::wrapping_add);
    write!(stub.get_mut(), "${packet}#{sum:02x}").expect("QEMU's stub takes packets");
    let answer = receive(stub);
    if answer.starts_with('T') {
        return receive(stub);
    }
    answer
}

/// The next packet, which a receipt answers.
fn receive(stub: &mut BufReader<UnixStream>) -> String {
    let mut packet = Vec::new();
    stub.skip_until(b'$').expect("QEMU's stub answers");
    stub.read_until(b'#', &mut packet).expect("a whole packet");
    stub.read_exact(&mut [0; 2]).expect("its sum");
    stub.get_mut()
        .write_all(b"+")
        .expect("QEMU's stub takes a receipt");
    packet.pop();
    String::from_utf8(packet).expect("the protocol is text")
}
