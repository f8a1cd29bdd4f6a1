//! `host-sim explain`: what a rule does, in words.

use std::io::{self, Write};

use super::explain::{Explanation, explain};
use crate::Exit;
use crate::arguments::ExplainArguments;

/// How wide the notes are, in columns.
const WIDTH: usize = 88;

/// Runs the command; the report goes to `out`.
pub(crate) fn run(arguments: &ExplainArguments, out: &mut dyn Write) -> Result<Exit, String> {
    let rules = arguments.rules.iter().chain(&arguments.rule);
    if rules.clone().next().is_none() {
        return Err("no rule: give one in quotes".into());
    }
    for (index, rule) in rules.enumerate() {
        let explanation = explain(rule, arguments.link_mtu);
        let written = if arguments.json {
            serde_json::to_string(&explanation)
                .map_err(io::Error::from)
                .and_then(|line| writeln!(out, "{line}"))
        } else {
            for_eyes(&explanation, index, out)
        };
        written.map_err(|error| format!("the report: {error}"))?;
    }
    Ok(Exit::Fine)
}

fn for_eyes(explanation: &Explanation<'_>, index: usize, out: &mut dyn Write) -> io::Result<()> {
    if index != 0 {
        writeln!(out)?;
    }
    let rule: String = explanation
        .rule
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    writeln!(out, "{rule}")?;
    paragraph("  ", &explanation.sentence, out)?;
    for note in &explanation.notes {
        paragraph("  - ", &note.words, out)?;
    }
    Ok(())
}

/// Breaks `words` into lines behind `bullet`.
fn paragraph(bullet: &str, words: &str, out: &mut dyn Write) -> io::Result<()> {
    let indent = " ".repeat(bullet.len());
    let mut line = bullet.to_owned();
    let mut is_empty = true;
    for word in words.split_whitespace() {
        if !is_empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            writeln!(out, "{line}")?;
            line.clone_from(&indent);
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line += word;
        is_empty = false;
    }
    writeln!(out, "{line}")
}
