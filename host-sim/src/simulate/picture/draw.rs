//! The drawing itself, as SVG.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use super::super::describe::{self, Described, Kind};
use super::super::packet::Tcp;
use super::super::trace::{Fate, Happening};
use super::super::world::World;
use super::escaped;
use super::lanes::Lanes;
use super::scale::Scale;

/// Labels nearer than this would lie over each other.
const LABEL_APART: f64 = 13.0;
/// Who has read it once sees that the next ones are the same.
const SAME_LABEL_APART: f64 = 64.0;
const TICKS_APART: f64 = 70.0;
const ARROW_LEN: f64 = 7.0;
/// How far a frame that is lost on a link gets.
const LOST_AT: f64 = 0.55;

/// A page being drawn.
pub(super) struct Drawing<'a> {
    world: &'a World,
    lanes: &'a Lanes,
    scale: &'a Scale,
    arrows: String,
    /// Where the last label was, of each link and direction, and what it said.
    labelled: BTreeMap<(usize, usize), (f64, String)>,
}

impl<'a> Drawing<'a> {
    pub(super) fn new(world: &'a World, lanes: &'a Lanes, scale: &'a Scale) -> Self {
        Self {
            world,
            lanes,
            scale,
            arrows: String::new(),
            labelled: BTreeMap::new(),
        }
    }

    pub(super) fn add(&mut self, happening: &Happening) {
        match happening {
            Happening::Passage {
                link,
                towards,
                left_at,
                arrives_at,
                fate,
                frame,
                ..
            } => self.passage((*link, *towards), (*left_at, *arrives_at), *fate, frame),
            Happening::Refused {
                node,
                at,
                why,
                packet,
            } => {
                let described = describe::packet(packet);
                let (x, y) = (f64::from(self.lanes.x(*node)), self.scale.y(*at));
                let name = &self.world.plan.nodes[*node].name;
                let len = packet.len();
                let title = format!(
                    "{}: {name} drops {len} bytes: {}; {}",
                    said(*at),
                    why.said(),
                    described.detail
                );
                self.open(&described, "drop", &title, "");
                self.cross(x, y);
                let label = format!("{len} bytes: {}", why.said());
                self.text(x + 12.0, y + 4.0, "start", &label);
                self.arrows.push_str("</g>\n");
            }
            Happening::Changed { link, at, what } => {
                let (y, width) = (self.scale.y(*at), self.lanes.width());
                let words = escaped(&format!("{} {what}", self.world.plan.links[*link]));
                let _ = writeln!(
                    self.arrows,
                    "<g class=\"change\"><line x1=\"90\" y1=\"{y:.1}\" x2=\"{width}\" y2=\"{y:.1}\"/>\
                     <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{words}</text></g>",
                    width - 8,
                    y - 5.0
                );
            }
        }
    }

    fn passage(
        &mut self,
        way: (usize, usize),
        (left_at, arrives_at): (Duration, Duration),
        fate: Fate,
        frame: &[u8],
    ) {
        let ends = self.world.plan.ends[way.0];
        let (from, to) = (ends[1 - way.1], ends[way.1]);
        let described = describe::frame(frame);
        let (x1, x2) = (f64::from(self.lanes.x(from)), f64::from(self.lanes.x(to)));
        let y1 = self.scale.y(left_at);
        let (x2, y2, class) = if fate.is_drop() {
            let y2 = self.scale.y(arrives_at.max(left_at));
            (x1 + (x2 - x1) * LOST_AT, y1 + (y2 - y1) * LOST_AT, "drop")
        } else if fate == Fate::Corrupted {
            (x2, self.scale.y(arrives_at), "corrupted")
        } else {
            (x2, self.scale.y(arrives_at), "")
        };
        let names = &self.world.plan.nodes;
        let (from, to) = (&names[from].name, &names[to].name);
        let title = format!(
            "{}: {from} to {to}, {}; {} ({})",
            said(left_at),
            described.detail,
            fate.said(),
            said(arrives_at)
        );
        let key = Tcp::in_frame(frame).map_or(String::new(), |tcp| {
            format!("{}-{}-{}", tcp.sequence, tcp.acknowledged, tcp.payload_len)
        });
        self.open(&described, class, &title, &key);
        let _ = write!(
            self.arrows,
            "<path class=\"hit\" d=\"M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}\"/>\
             <path class=\"line\" d=\"M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}\"/>"
        );
        if fate.is_drop() {
            self.cross(x2, y2);
        } else {
            self.head((x1, y1), (x2, y2));
        }
        self.label(way, &described, fate, ((x1 + x2) / 2.0, (y1 + y2) / 2.0));
        self.arrows.push_str("</g>\n");
    }

    /// Writes what a frame is beside its arrow, where there is room.
    fn label(
        &mut self,
        way: (usize, usize),
        described: &Described,
        fate: Fate,
        (x, y): (f64, f64),
    ) {
        if matches!(described.kind, Kind::Acknowledgement | Kind::Neighbour) && !fate.is_drop() {
            return;
        }
        let label = if fate.is_drop() {
            format!("{}: {}", described.label, fate.said())
        } else {
            described.label.clone()
        };
        let has_room = self.labelled.get(&way).is_none_or(|(last, said)| {
            let apart = if *said == label {
                SAME_LABEL_APART
            } else {
                LABEL_APART
            };
            y - last >= apart
        });
        if has_room || described.kind == Kind::Syn {
            self.text(x, y - 4.0, "middle", &label);
            self.labelled.insert(way, (y, label));
        }
    }

    fn open(&mut self, described: &Described, class: &str, title: &str, key: &str) {
        let _ = write!(
            self.arrows,
            "<g class=\"arrow {} {class}\" data-key=\"{key}\"><title>{}</title>",
            described.kind.name(),
            escaped(title)
        );
    }

    fn text(&mut self, x: f64, y: f64, anchor: &str, label: &str) {
        let _ = write!(
            self.arrows,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>",
            escaped(label)
        );
    }

    fn cross(&mut self, x: f64, y: f64) {
        let _ = write!(
            self.arrows,
            "<path class=\"cross\" d=\"M{:.1} {:.1}l10 10m0 -10l-10 10\"/>",
            x - 5.0,
            y - 5.0
        );
    }

    fn head(&mut self, from: (f64, f64), to: (f64, f64)) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let len = dx.hypot(dy).max(1.0);
        let (dx, dy) = (dx / len * ARROW_LEN, dy / len * ARROW_LEN);
        let (x, y) = to;
        let _ = write!(
            self.arrows,
            "<path class=\"head\" d=\"M{x:.1} {y:.1}L{:.1} {:.1}L{:.1} {:.1}Z\"/>",
            x - dx + dy * 0.5,
            y - dy - dx * 0.5,
            x - dx - dy * 0.5,
            y - dy + dx * 0.5
        );
    }

    /// The whole: names that stay in sight, then lanes and times behind the arrows.
    pub(super) fn finish(self) -> String {
        let (width, height) = (self.lanes.width(), self.scale.height());
        let mut page = format!("<svg id=\"names\" width=\"{width}\" height=\"56\">\n");
        let nodes = self.world.plan.nodes.iter().enumerate();
        let nodes: Vec<_> = nodes
            .map(|(node, plan)| {
                let is_host = node < self.world.hosts();
                let class = if is_host { "host" } else { "router" };
                (self.lanes.x(node), class, escaped(&plan.name))
            })
            .collect();
        for (x, class, name) in &nodes {
            let round = if *class == "host" { 17 } else { 5 };
            let _ = writeln!(
                page,
                "<g class=\"name {class}\"><rect x=\"{}\" y=\"12\" width=\"150\" height=\"34\" \
                 rx=\"{round}\"/><text x=\"{x}\" y=\"34\" text-anchor=\"middle\">{name}</text></g>",
                x - 75,
            );
        }
        let _ = write!(
            page,
            "</svg>\n<svg id=\"picture\" class=\"hide-neighbour\" width=\"{width}\" \
             height=\"{height:.0}\" viewBox=\"0 0 {width} {height:.0}\" role=\"img\" \
             aria-label=\"Frames between the nodes, time going down\">\n"
        );
        self.times(&mut page);
        for (x, class, _) in &nodes {
            let _ = writeln!(
                page,
                "<line class=\"lane {class}\" x1=\"{x}\" y1=\"0\" x2=\"{x}\" y2=\"{height:.0}\"/>"
            );
        }
        page.push_str(&self.arrows);
        page.push_str("</svg>\n");
        page
    }

    fn times(&self, page: &mut String) {
        let width = self.lanes.width();
        for at in self.scale.ticks(TICKS_APART) {
            let y = self.scale.y(at);
            let _ = writeln!(
                page,
                "<g class=\"tick\"><line x1=\"90\" y1=\"{y:.1}\" x2=\"{width}\" y2=\"{y:.1}\"/>\
                 <text x=\"82\" y=\"{:.1}\" text-anchor=\"end\">{}</text></g>",
                y + 4.0,
                said(at)
            );
        }
        for pair in self.scale.stretches.windows(2) {
            let (from, to) = (self.scale.y(pair[0].to), self.scale.y(pair[1].from));
            let silence = pair[1].from - pair[0].to;
            let _ = writeln!(
                page,
                "<g class=\"quiet\"><rect x=\"90\" y=\"{:.1}\" width=\"{}\" height=\"{:.1}\"/>\
                 <text x=\"{}\" y=\"{:.1}\">{} of silence</text></g>",
                from + 14.0,
                width - 90,
                (to - from - 28.0).max(2.0),
                100,
                (from + to) / 2.0 + 4.0,
                said_span(silence)
            );
        }
    }
}

/// A moment, in seconds.
fn said(at: Duration) -> String {
    format!("{}.{:04} s", at.as_secs(), at.subsec_micros() / 100)
}

fn said_span(span: Duration) -> String {
    if span < Duration::from_secs(1) {
        format!("{} ms", span.as_millis())
    } else {
        format!("{}.{} s", span.as_secs(), span.subsec_millis() / 100)
    }
}
