//! Verdicts as tables.

use reference::conformance::{Case, Verdict};

/// The kinds of case, and the sections of the contract that each is made of.
const KINDS: [(&str, &[&str]); 12] = [
    ("segments", &["What a segment gets: flags, options, data"]),
    ("ceiling", &["The ceiling"]),
    ("options", &["Options walk"]),
    ("checksum", &["Checksum"]),
    ("fragments", &["What a segment gets: fragments"]),
    ("malformed", &["What a segment gets: malformed"]),
    ("order", &["Rows are judged from the outside in"]),
    (
        "link",
        &["Where TCP is looked for, 1 and 2: frames and bare packets"],
    ),
    (
        "extension",
        &["Where TCP is looked for, 4: extension headers, AH, ESP"],
    ),
    (
        "tunnels",
        &[
            "Where TCP is looked for, 3: IP in IP",
            "Where TCP is looked for, 3: GRE",
        ],
    ),
    (
        "insertion",
        &[
            "Inserting a missing option",
            "Inserting a missing option: the lengths",
        ],
    ),
    ("known bugs", &["What other clamps get wrong"]),
];

/// A clamp, and what each case came to.
pub(super) struct Row {
    name: String,
    verdicts: Vec<Verdict>,
}

impl Row {
    pub(super) fn new(name: impl Into<String>, verdicts: Vec<Verdict>) -> Self {
        Self {
            name: name.into(),
            verdicts,
        }
    }
}

/// Two tables in Markdown: the verdicts on each clamp, and what was right of what it was asked, by kind.
pub(super) fn render(cases: &[Case], rows: &[Row]) -> String {
    let kind_of_each = cases.iter().map(kind_of).collect::<Vec<_>>();
    let of_verdicts = rows.iter().map(|row| {
        let sum = |wanted| {
            row.verdicts
                .iter()
                .filter(|verdict| **verdict == wanted)
                .count()
        };
        (
            row.name.as_str(),
            Verdict::ALL
                .map(|verdict| sum(verdict).to_string())
                .to_vec(),
        )
    });
    let of_kinds = rows.iter().map(|row| {
        let right_of_asked = KINDS.map(|(kind, _)| {
            let of_kind = row
                .verdicts
                .iter()
                .zip(&kind_of_each)
                .filter(|(_, of)| **of == kind);
            let asked = of_kind
                .map(|(verdict, _)| *verdict)
                .filter(|verdict| *verdict != Verdict::NotAsked);
            let verdicts: Vec<Verdict> = asked.collect();
            let right = verdicts
                .iter()
                .filter(|verdict| **verdict == Verdict::Right)
                .count();
            match verdicts.len() {
                0 => "-".to_owned(),
                asked => format!("{right}/{asked}"),
            }
        });
        (row.name.as_str(), right_of_asked.to_vec())
    });
    let verdicts = Verdict::ALL.map(|verdict| verdict.to_string());
    let total = format!("{} cases", cases.len());
    format!(
        "{}\n{}",
        table(&total, &verdicts, of_verdicts),
        table(
            "right of asked",
            &KINDS.map(|(kind, _)| kind.to_owned()),
            of_kinds
        )
    )
}

fn table<'a>(
    corner: &str,
    columns: &[String],
    rows: impl Iterator<Item = (&'a str, Vec<String>)>,
) -> String {
    let mut text = format!("| {corner} | {} |\n", columns.join(" | "));
    text += &format!("|---|{}\n", "---|".repeat(columns.len()));
    for (name, cells) in rows {
        text += &format!("| {name} | {} |\n", cells.join(" | "));
    }
    text
}

fn kind_of(case: &Case) -> &'static str {
    KINDS
        .iter()
        .find(|(_, sections)| sections.contains(&case.spec.as_str()))
        .map_or_else(|| panic!("{:?} is of no kind", case.spec), |(kind, _)| kind)
}
