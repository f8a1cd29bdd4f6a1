//! A misspelt name is refused, with the one that was meant.

use super::LEAST;
use super::refused::{refused, with};

#[test]
fn a_misspelt_key_is_refused_with_its_line_and_a_suggestion() {
    let err = refused(&with("bytes =", "bites ="));
    assert!(
        err.contains("line 9") && err.contains("did you mean `bytes`?"),
        "{err}"
    );
    let err = refused(&with("to = 'right'", "to = 'rigth'"));
    assert!(
        err.contains("there is no host rigth; did you mean right?"),
        "{err}"
    );
    let patched = format!("{LEAST}[without.cure.hosts.left]\nstak = 'icmp'\n");
    let err = refused(&patched);
    assert!(
        err.contains("[without.cure]") && err.contains("did you mean `stack`?"),
        "{err}"
    );
}

#[test]
fn what_is_nothing_like_a_name_is_suggested_to_nobody() {
    let err = refused(&with("to = 'right'", "to = 'somebody'"));
    assert!(err.contains("there is no host somebody\n"), "{err}");
}
