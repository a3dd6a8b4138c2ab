//! Body templates of users, in a small part of Jinja's language that can neither run long nor grow large.
//!
//! Three fences: only `if` and `for` exist and texts cannot be joined, multiplied or captured, so that no value is larger than the
//! message it came from; every step costs fuel; and what is written is counted.

use std::io::{self, Write};

use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};

/// Longest body, in bytes.
const MOST_BYTES: usize = 256 * 1024;
/// Steps of the engine; a large message with a long template takes a few thousand.
const FUEL: u64 = 200_000;
const STATEMENTS: [&str; 6] = ["if", "elif", "else", "endif", "for", "endfor"];

/// The template over the payload: its `data`, and `type` and `timestamp` beside it.
pub(super) fn render(source: &str, payload: &serde_json::Value) -> Result<String, String> {
    fence(source)?;
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(50);
    environment.add_filter("json", json);
    environment.add_filter("upper", |text: String| text.to_uppercase());
    environment.add_filter("lower", |text: String| text.to_lowercase());
    environment.add_filter("default", default);
    environment.add_filter("length", length);
    environment.add_filter("first", |list: Vec<Value>| list.into_iter().next());
    environment.add_filter("cut", |text: String, most: usize| {
        crate::rendering::cut(&text, most)
    });
    let template = environment
        .template_from_str(source)
        .map_err(|error| sentence(&error))?;
    let mut context = payload["data"].clone();
    context["type"] = payload["type"].clone();
    context["timestamp"] = payload["timestamp"].clone();
    let mut written = Bounded(Vec::new());
    template
        .render_captured_to(Value::from_serialize(&context), &mut written)
        .map_err(|error| sentence(&error))?;
    String::from_utf8(written.0).map_err(|_| "The template makes no text.".to_owned())
}

/// A text or anything else as JSON.
fn json(value: &Value) -> Result<String, Error> {
    if value.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    let text = serde_json::to_string(value).map_err(|error| {
        Error::new(ErrorKind::BadSerialization, "this value is no JSON").with_source(error)
    })?;
    if text.len() > MOST_BYTES {
        return Err(Error::new(
            ErrorKind::InvalidOperation,
            "the text is too long",
        ));
    }
    Ok(text)
}

fn default(value: Value, instead: Value) -> Value {
    if value.is_undefined() || value.is_none() {
        instead
    } else {
        value
    }
}

fn length(value: &Value) -> usize {
    value.len().unwrap_or(0)
}

/// A sentence for the person who wrote the template.
fn sentence(error: &Error) -> String {
    let line = error.line().map(|line| format!(" in line {line}"));
    let what = match error.kind() {
        ErrorKind::OutOfFuel => "it takes too many steps".to_owned(),
        ErrorKind::WriteFailure => format!("it makes more than {MOST_BYTES} bytes"),
        ErrorKind::UndefinedError => "it uses a name that does not exist".to_owned(),
        _ => error
            .detail()
            .map_or_else(|| error.kind().to_string(), str::to_owned),
    };
    let what = domain::failure::clean(&what, 200);
    format!(
        "The template cannot be used{}: {what}.",
        line.unwrap_or_default()
    )
}

/// Refuses whatever could make values grow: statements other than `if` and `for`, operators that join, and what might hide them from
/// this reading (braces inside a tag end it for us earlier than for the engine).
fn fence(source: &str) -> Result<(), String> {
    let mut rest = source;
    while let Some(start) = rest.find('{') {
        rest = &rest[start..];
        let tag = rest.get(..2).unwrap_or_default();
        rest = match tag {
            "{{" => inside(&rest[2..], "}}")?,
            "{%" => {
                let tag = &rest[2..];
                statement(tag)?;
                inside(tag, "%}")?
            }
            "{#" => rest[2..].split_once("#}").map_or("", |(_, after)| after),
            _ => &rest[1..],
        };
    }
    Ok(())
}

fn statement(tag: &str) -> Result<(), String> {
    let tag = tag.trim_start_matches(['-', '+']).trim_start();
    let word = tag.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let word = word.into_iter().next().unwrap_or_default();
    if STATEMENTS.contains(&word) {
        Ok(())
    } else {
        Err(format!(
            "A template knows if and for, but not “{}”.",
            crate::rendering::cut(word, 40)
        ))
    }
}

/// What follows the end of a tag; an error when something in it is refused.
fn inside<'a>(tag: &'a str, end: &str) -> Result<&'a str, String> {
    let mut quote: Option<char> = None;
    let mut escaped = false;
    for (at, c) in tag.char_indices() {
        if let Some(open) = quote {
            if !escaped && c == open {
                quote = None;
            }
            escaped = c == '\\' && !escaped;
            continue;
        }
        if tag[at..].starts_with(end) {
            let code = &tag[..at];
            let names = code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            return if names.into_iter().any(|name| name == "recursive") {
                Err("A template cannot repeat itself.".to_owned())
            } else {
                Ok(&tag[at + end.len()..])
            };
        }
        match c {
            '"' | '\'' => quote = Some(c),
            '~' | '*' | '+' if at > 0 => {
                return Err(format!("A template cannot calculate with “{c}”."));
            }
            '{' | '}' => return Err("A tag of a template cannot contain braces.".to_owned()),
            _ => {}
        }
    }
    // The engine says what is missing.
    Ok("")
}

/// Takes so many bytes and no more.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MOST_BYTES {
            return Err(io::Error::other("too much"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn payload() -> serde_json::Value {
        json!({"type": "notice.down", "timestamp": "t", "data": {
            "headline": "Down: \"A\"",
            "services": [{"name": "A", "cause": null}, {"name": "B", "cause": "x"}],
        }})
    }

    #[test]
    fn an_ordinary_template_does_what_it_says() {
        let source = "{# mine #}{\"text\": {{ headline|json }}, \"names\": [{% for s in services -%}\n{{ s.name|json }}{% if not loop.last %},{% endif %}{% endfor %}], \"c\": {{ services[0].cause|default(\"none\")|json }}, \"n\": {{ services|length }}, \"t\": \"{{ type|upper }}\"}";
        assert_eq!(
            render(source, &payload()).unwrap(),
            r#"{"text": "Down: \"A\"", "names": ["A","B"], "c": "none", "n": 2, "t": "NOTICE.DOWN"}"#
        );
        assert_eq!(
            render("no **tags** + 1 ~ {x} }}", &payload()).unwrap(),
            "no **tags** + 1 ~ {x} }}"
        );
    }

    #[test]
    fn no_template_runs_long_or_grows_large() {
        let doubling = |level: usize| {
            let open = (0..level).map(|n| format!("{{% for x{} in [x{n} ~ x{n}] %}}", n + 1));
            let open: Vec<String> = open.collect();
            format!("{}{}", open.concat(), "{% endfor %}".repeat(level))
        };
        let loops = "{% for a in services %}".repeat(40) + &"{% endfor %}".repeat(40);
        let prints =
            "{% for a in services %}".repeat(14) + &"x".repeat(200) + &"{% endfor %}".repeat(14);
        for source in [
            "{% set x = 1 %}".to_owned(),
            "{%- set x = 1 %}".to_owned(),
            "{%+ macro f() %}{% endmacro %}".to_owned(),
            "{% raw %}{% endraw %}".to_owned(),
            "{% include 'x' %}".to_owned(),
            "{% for a in services recursive %}{{ loop(services) }}{% endfor %}".to_owned(),
            "{{ headline * 1000000 }}".to_owned(),
            "{{ '}}' * 1000000 }}".to_owned(),
            "{{ '\\'}}' * 1000000 }}".to_owned(),
            "{{ {'a': {}} * 9 }}".to_owned(),
            "{{ headline + headline }}".to_owned(),
            doubling(60).replacen("x0", "headline", 2),
            loops,
            prints,
            "{{ headline".to_owned(),
            "{% if %}".to_owned(),
            "{{ nothing_such }}".to_owned(),
            "{{ range(1000000) }}".to_owned(),
        ] {
            let refused = render(&source, &payload()).expect_err(&source);
            assert!(refused.ends_with('.') && refused.len() < 400, "{refused}");
        }
        // Each pass doubles the backslashes; the filter stops it.
        let escapes = format!("{{{{ headline{} }}}}", "|json".repeat(100));
        assert!(render(&escapes, &payload()).is_err());
    }
}
