//! What the README tells people to type, for the tests of the programs that it names.

/// Asserts that the README starts `program`, and that `parse` understands each such line.
pub fn assert_readme_is_understood<T, E: std::fmt::Display>(
    program: &str,
    parse: impl Fn(&[String]) -> Result<T, E>,
) {
    let lines = readme_lines(program);
    assert!(!lines.is_empty(), "the README names {program}");
    for line in lines {
        if let Err(error) = parse(&line) {
            panic!("{}: {error}", line.join(" "));
        }
    }
}

/// The lines of the README's shell blocks that start `program`, as words: without variables before it and comments behind.
fn readme_lines(program: &str) -> Vec<Vec<String>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let text = std::fs::read_to_string(path).expect("the README");
    let blocks = text.split("```sh\n").skip(1);
    let lines = blocks.flat_map(|block| block.split("```").next().unwrap_or_default().lines());
    lines
        .map(|line| {
            let words = line.split_whitespace();
            words
                .skip_while(|word| word.contains('='))
                .take_while(|word| !word.starts_with('#'))
                .map(ToOwned::to_owned)
                .collect::<Vec<_>>()
        })
        .filter(|words| words.first().is_some_and(|word| word == program))
        .collect()
}
