//! Prints how often `host-sim diagnose` is right about captures whose black holes are known, as the table
//! in host-sim/README.md.

use tests::black_holes::{Score, Set};

fn main() {
    println!(
        "| captures | files | connections | found | missed | false alarms | precision | recall |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for (name, set) in [
        ("of this project", Set::Own),
        ("of other people", Set::Shared),
    ] {
        let score = Score::over(set);
        if score.captures > 0 {
            println!("| {name} | {score} |");
        }
    }
}
