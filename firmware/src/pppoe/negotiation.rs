//! What the control protocols don't have in common: their options.

use crate::shared::hash::Random;

use super::control::{Judgement, OptionList};

/// What a protocol negotiates. Lists of options that it is given have been checked: none breaks off.
pub(crate) trait Negotiation {
    /// The PPP protocol number.
    fn protocol(&self) -> u16;
    /// Writes the options of our Configure-Request.
    fn request(&self, options: &mut OptionList);
    /// Finds what is wrong with the options of the peer's, and keeps the rest in mind.
    fn judge(&mut self, options: &[u8], judgement: &mut Judgement, random: &mut Random);
    /// What was judged last is agreed to.
    fn agree(&mut self);
    /// Whether the request that the peer has agreed to is one with which we can go on.
    fn is_enough(&self) -> bool;
    /// The peer wants these other values.
    fn nak(&mut self, options: &[u8], random: &mut Random);
    /// The peer doesn't negotiate this option, for which we have asked. Returns whether we can go on
    /// without.
    fn reject(&mut self, kind: u8) -> bool;
}
