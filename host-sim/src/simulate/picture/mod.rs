//! What happened in a run, as one HTML file without anything from elsewhere: nodes are lanes, time
//! goes down, frames are arrows. Time is to scale where something happens; quiet stretches are cut
//! short and say so.

mod draw;
mod lanes;
mod scale;

use std::fmt::Write;

use super::run::Run;
use super::scenario::{Scenario, Variant};
use super::trace::Happening;
use super::verdict::said_seconds;
use draw::Drawing;
use lanes::Lanes;
use scale::Scale;

const STYLE: &str = include_str!("style.css");
const BEHAVIOUR: &str = include_str!("behaviour.js");
/// More than this nobody looks at, and no browser draws quickly.
const MOST_HAPPENINGS: usize = 4000;

/// The picture of a run of which everything was kept.
pub(super) fn html(
    name: &str,
    scenario: &Scenario,
    variant: Variant,
    seed: u64,
    run: &Run,
) -> String {
    let world = &run.world;
    let all = world.watch.trace.as_deref().unwrap_or_default();
    let shown = &all[..all.len().min(MOST_HAPPENINGS)];
    let lanes = Lanes::of(world);
    let scale = Scale::of(shown);
    let mut drawing = Drawing::new(world, &lanes, &scale);
    for happening in shown {
        drawing.add(happening);
    }
    let mut page = String::new();
    let title = escaped(&format!("{name}, {variant}"));
    // Writing to a string can't fail.
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{}</h1>\n\
         <p class=\"run\">{title} · seed {seed} · {} of virtual time</p>\n",
        escaped(&scenario.title),
        said_seconds(world.now()),
    );
    words(scenario, &mut page);
    results(run, &mut page);
    legend(&mut page);
    if shown.len() < all.len() {
        let (shown, all) = (shown.len(), all.len());
        let _ = writeln!(
            page,
            "<p class=\"cut\">The first {shown} of {all} things that happened.</p>"
        );
    }
    let _ = write!(
        page,
        "</header>\n<main>\n{}</main>\n<output id=\"detail\">Point at an arrow.</output>\n\
         <script>\n{BEHAVIOUR}</script>\n</body>\n</html>\n",
        drawing.finish()
    );
    page
}

fn words(scenario: &Scenario, page: &mut String) {
    if !scenario.story.is_empty() {
        let _ = writeln!(
            page,
            "<p class=\"story\">{}</p>",
            escaped(scenario.story.trim())
        );
    }
    page.push_str("<dl>\n");
    for (label, text) in [("Fault", &scenario.fault), ("Cure", &scenario.cure)] {
        if !text.is_empty() {
            let _ = writeln!(page, "<dt>{label}</dt><dd>{}</dd>", escaped(text));
        }
    }
    page.push_str("</dl>\n");
}

fn results(run: &Run, page: &mut String) {
    page.push_str("<ul class=\"flows\">\n");
    for (name, bytes, state) in run.flows() {
        let class = if state.took.is_some() && !state.progress.damaged {
            "good"
        } else {
            "bad"
        };
        let (name, said) = (escaped(name), escaped(&state.said(bytes)));
        let _ = writeln!(page, "<li class=\"{class}\"><b>{name}</b> {said}</li>");
    }
    page.push_str("</ul>\n");
    if run.verdicts.is_empty() {
        return;
    }
    page.push_str("<table>\n<tr><th></th><th>what</th><th>expected</th><th>found</th></tr>\n");
    for verdict in &run.verdicts {
        let (class, mark) = if verdict.held {
            ("good", "held")
        } else {
            ("bad", "failed")
        };
        let _ = writeln!(
            page,
            "<tr class=\"{class}\"><td>{mark}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escaped(&verdict.what),
            escaped(&verdict.expected),
            escaped(&verdict.found)
        );
    }
    page.push_str("</table>\n");
}

/// What the colours mean; a click hides a kind.
fn legend(page: &mut String) {
    page.push_str("<div class=\"legend\">\n");
    for (class, label, is_shown) in [
        ("syn", "SYN", true),
        ("data", "data", true),
        ("ack", "ACK", true),
        ("end", "FIN, RST", true),
        ("icmp", "ICMP error", true),
        ("tunnel", "tunnel", true),
        ("neighbour", "ARP, NDP, PPPoE", false),
        ("drop", "dropped", true),
    ] {
        let checked = if is_shown { " checked" } else { "" };
        let _ = writeln!(
            page,
            "<label class=\"{class}\"><input type=\"checkbox\" data-kind=\"{class}\"{checked}>{label}</label>"
        );
    }
    page.push_str("</div>\n");
}

/// Text that no browser takes for anything else.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// When a happening begins and ends, as far as it is drawn.
fn span(happening: &Happening) -> (std::time::Duration, std::time::Duration) {
    match happening {
        Happening::Passage {
            left_at,
            arrives_at,
            ..
        } => (*left_at, *arrives_at),
        Happening::Refused { at, .. } | Happening::Changed { at, .. } => (*at, *at),
    }
}
