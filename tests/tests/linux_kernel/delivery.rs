//! Frames through the router, and which of them came out.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use tests::lab::{LEFT_V4, LEFT_V6, Lab, RIGHT_V4, RIGHT_V6};

use crate::generator::{ETHERNET_HEADER_LEN, Injected};

/// How long the router may take for a batch before its missing frames count as lost.
const PATIENCE: Duration = Duration::from_secs(10);

/// What came out, by the id of what went in.
pub(crate) type Delivered = HashMap<u16, Vec<u8>>;

/// Injects a batch and waits for its marker and for all that must come out. `expected` holds the ids of
/// those; frames that must not come out are seen too when they do.
///
/// # Panics
/// When the marker does not come out, a frame comes out twice, or a frame comes out that
/// is not of this batch.
pub(crate) fn deliver(
    lab: &Lab,
    batch: &[Injected],
    marker: &Injected,
    expected: &HashSet<u16>,
) -> Delivered {
    for injected in batch.iter().chain([marker]) {
        lab.left.send(&injected.frame);
    }
    let in_flight: HashSet<u16> = batch.iter().chain([marker]).map(|frame| frame.id).collect();
    let deadline = Instant::now() + PATIENCE;
    let mut delivered = Delivered::new();
    while !(delivered.contains_key(&marker.id)
        && expected.iter().all(|id| delivered.contains_key(id)))
    {
        let left = deadline.saturating_duration_since(Instant::now());
        let Some(frame) = (!left.is_zero()).then(|| lab.right.receive(left)).flatten() else {
            break;
        };
        let Some(id) = id_of(&frame) else { continue };
        assert!(
            in_flight.contains(&id),
            "a frame of another batch came out: {frame:02x?}"
        );
        let again = delivered.insert(id, frame);
        assert_eq!(again, None, "frame {id} came out twice");
    }
    assert!(
        delivered.remove(&marker.id).is_some(),
        "a plain data segment did not come out in {PATIENCE:?}: frames get lost on the way"
    );
    delivered
}

/// Waits a moment for frames that come out after all.
///
/// # Panics
/// When one does.
pub(crate) fn nothing_more_comes_out(lab: &Lab) {
    while let Some(frame) = lab.right.receive(Duration::from_millis(300)) {
        assert_eq!(id_of(&frame), None, "a frame came out late: {frame:02x?}");
    }
}

/// The id of a frame from the left host to the right one; `None` for the router's own frames.
fn id_of(frame: &[u8]) -> Option<u16> {
    let packet = frame.get(ETHERNET_HEADER_LEN..)?;
    let at = |range: std::ops::Range<usize>| packet.get(range);
    let id = if at(12..20)? == [LEFT_V4.octets(), RIGHT_V4.octets()].concat() {
        at(4..6)?
    } else if at(8..40)? == [LEFT_V6.octets(), RIGHT_V6.octets()].concat() {
        at(2..4)?
    } else {
        return None;
    };
    Some(u16::from_be_bytes([id[0], id[1]]))
}
