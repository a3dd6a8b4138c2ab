//! Pages that are made from the program: they say what it says.

use std::process::Command;

#[test]
fn the_page_of_settings_is_what_the_program_prints() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
    let printed = Command::new(env!("CARGO_BIN_EXE_pulsecheck"))
        .arg("configuration")
        .output()
        .unwrap();
    let printed = String::from_utf8(printed.stdout).unwrap();
    let written = std::fs::read_to_string(page).unwrap();
    assert_eq!(
        written.trim_end(),
        printed.trim_end(),
        "docs/configuration.md is old. Type: make openapi"
    );
}
