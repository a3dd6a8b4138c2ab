//! That nothing is called by a name which no test has ever seen given.

use std::{fs, path::Path};

use domain::failure::FailureCode;

/// What no look is stored under: of the first only a counter says how often it was so, and the second is reserved.
const NOT_FOUND: [FailureCode; 2] = [FailureCode::InternalDb, FailureCode::Missed];

#[test]
fn every_failure_code_is_named_by_a_test() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut tests = String::new();
    for krate in fs::read_dir(crates).unwrap() {
        let krate = krate.unwrap().path();
        gather(&krate.join("src"), false, &mut tests);
        gather(&krate.join("tests"), true, &mut tests);
    }
    let named = |code: &FailureCode| {
        let name = format!("Code::{code:?}");
        tests.match_indices(&name).any(|(at, _)| {
            let after = tests[at + name.len()..].chars().next();
            after.is_none_or(|next| !next.is_alphanumeric())
        })
    };
    let unseen: Vec<_> = FailureCode::ALL
        .iter()
        .filter(|code| !named(code))
        .collect();
    assert_eq!(unseen, NOT_FOUND.iter().collect::<Vec<_>>());
}

/// The tests below a folder: `all` that is there, else files of that name and what stands in a source behind `mod tests`.
fn gather(folder: &Path, all: bool, tests: &mut String) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.map(|entry| entry.unwrap().path()) {
        let all = all || path.file_stem().is_some_and(|name| name == "tests");
        if path.is_dir() {
            gather(&path, all, tests);
        } else if path.extension().is_some_and(|kind| kind == "rs")
            && !path.ends_with("probe/tests/it/codes.rs")
        {
            let text = fs::read_to_string(&path).unwrap();
            tests.push_str(if all {
                &text
            } else {
                text.split_once("mod tests {")
                    .map_or("", |(_, tests)| tests)
            });
        }
    }
}
