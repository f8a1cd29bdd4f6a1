//! A copy of the workspace, to be broken on purpose.

use std::fs;
use std::io;
use std::path::Path;

/// What is not copied: what was built, history, and what a fuzzer makes.
const LEFT_OUT: [&str; 4] = ["target", ".git", "corpus", "artifacts"];

/// Copies the directory, without what a build does not need.
///
/// # Errors
/// Whatever the file system says.
pub fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if LEFT_OUT.iter().any(|left_out| name == *left_out) {
            continue;
        }
        let to = to.join(&name);
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
