//! A witness of the walk, for callers that show which headers a segment lay behind.

use crate::outcome::Layer;

/// Told of each header that the walk passes, from the outside in, so that nobody has to parse it a
/// second time. `()` is the trail that nobody reads; it costs nothing.
///
/// ```
/// use clamp_core::{Clamp, Layer, LinkType, Trail};
///
/// #[derive(Default)]
/// struct Layers(Vec<(Layer, usize)>);
///
/// impl Trail for Layers {
///     fn passed(&mut self, layer: Layer, at: usize) {
///         self.0.push((layer, at));
///     }
/// }
///
/// let mut arp_in_vlan_7 = *b"\xff\xff\xff\xff\xff\xff\x02\0\0\0\0\x01\x81\0\0\x07\x08\x06";
/// let mut layers = Layers::default();
/// let clamp = Clamp::for_link_mtu(1492)?;
/// let wire_len = arp_in_vlan_7.len();
/// let _ = clamp.captured(LinkType::Ethernet, &mut arp_in_vlan_7, wire_len, &mut layers);
/// assert_eq!(layers.0, [(Layer::Ethernet, 0), (Layer::Vlan, 14)]);
/// # Ok::<(), clamp_core::PolicyError>(())
/// ```
pub trait Trail {
    /// A header of `layer` begins at byte `at` of the frame.
    fn passed(&mut self, layer: Layer, at: usize);
}

impl Trail for () {
    fn passed(&mut self, _layer: Layer, _at: usize) {}
}
