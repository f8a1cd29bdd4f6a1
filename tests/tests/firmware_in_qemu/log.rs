//! What an image has logged, as far as it can be read without the image: defmt's frames hold the strings that
//! were logged, and only numbers for the texts around them. `defmt-print -e IMAGE` knows those texts too.

/// The events in `bytes`, each with the number of its text and its values.
pub(crate) fn events(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let frames = bytes.split(|byte| *byte == 0);
    let frames = frames.filter(|frame| !frame.is_empty());
    frames.map(|frame| decode(frame).unwrap_or_else(|| b"(not a frame of defmt's)".to_vec()))
}

/// The events in `bytes`, a line each, with a full stop for every byte that is no text.
pub(crate) fn readable(bytes: &[u8]) -> String {
    let lines = events(bytes).map(|event| {
        let text = event.iter().map(|byte| match byte {
            b' '..=b'~' => char::from(*byte),
            _ => '.',
        });
        text.chain(['\n']).collect::<String>()
    });
    lines.collect()
}

/// Undoes rzCOBS, the encoding that keeps zeros out of frames. It is read from the end, where each group's last
/// byte says what the group is:
/// - 1 to 127: seven bytes, of which those with a bit set here are zero and left out;
/// - 128 to 254: a zero, and before it as many other bytes as the low seven bits say, and seven;
/// - 255: 134 bytes other than zero.
fn decode(frame: &[u8]) -> Option<Vec<u8>> {
    let mut rest = frame.iter().rev().copied();
    let mut event = Vec::new();
    while let Some(kind) = rest.next() {
        match kind {
            0 => return None,
            1..=127 => {
                for bit in (0..7).rev() {
                    let is_zero = kind & 1 << bit != 0;
                    event.push(if is_zero { 0 } else { rest.next()? });
                }
            }
            128..=254 => {
                event.push(0);
                for _ in 0..(kind & 0x7f) + 7 {
                    event.push(rest.next()?);
                }
            }
            255 => {
                for _ in 0..134 {
                    event.push(rest.next()?);
                }
            }
        }
    }
    event.reverse();
    Some(event)
}

#[test]
fn a_frame_of_defmt_is_readable() {
    // The number of a text, the length of a string, the string; as an image sent it.
    let sent = b"\x00\x03\x0a\x6d\x3aps2-an500\x01\x83\x00";
    assert_eq!(readable(sent), "......mps2-an500..\n");
    assert_eq!(readable(b"\x81"), "(not a frame of defmt's)\n");
}
