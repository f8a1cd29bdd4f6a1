//! What happened in a run, line by line for a terminal.

use std::io::{self, Write};

use super::describe::{self, Described};
use super::trace::{Fate, Happening};
use super::world::World;

/// Writes a line a happening. Segments that passed as ever are what most lines say, so that what did
/// not pass is marked.
pub(super) fn write(world: &World, out: &mut dyn Write) -> io::Result<()> {
    let names = world.plan.nodes.iter().map(|node| node.name.len());
    let width = names.max().unwrap_or(0);
    writeln!(out, "\n  {:>12}  what happened", "seconds")?;
    for happening in world.watch.trace.iter().flatten() {
        let at = happening.at();
        let time = format!("{:>4}.{:06}", at.as_secs(), at.subsec_micros());
        match happening {
            Happening::Passage {
                link,
                towards,
                arrives_at,
                fate,
                frame,
                ..
            } => {
                let [one, two] = world.plan.ends[*link];
                let (from, to) = if *towards == 1 {
                    (one, two)
                } else {
                    (two, one)
                };
                let (from, to) = (&world.plan.nodes[from].name, &world.plan.nodes[to].name);
                let Described { label, .. } = describe::frame(frame);
                let len = describe::packet_len(frame);
                let arrow = if fate.is_drop() { "--x " } else { "--> " };
                let later = (*arrives_at - at).as_micros();
                let fate = match fate {
                    Fate::Arrived => format!("  +{}.{:03} ms", later / 1000, later % 1000),
                    fate => format!("  [{}]", fate.said()),
                };
                writeln!(
                    out,
                    "  {time:>12}  {from:>width$} {arrow}{to:<width$}  {len:>5}  {label}{fate}"
                )?;
            }
            Happening::Refused {
                node, why, packet, ..
            } => {
                let name = &world.plan.nodes[*node].name;
                let label = describe::packet(packet).label;
                let len = packet.len();
                let nobody = "";
                writeln!(
                    out,
                    "  {time:>12}  {name:>width$}  x  {nobody:<width$}  {len:>5}  {label}  [{}]",
                    why.said()
                )?;
            }
            Happening::Changed { link, what, .. } => {
                let name = &world.plan.links[*link];
                writeln!(out, "  {time:>12}  ==== link {name} {what}")?;
            }
        }
    }
    Ok(())
}
