//! `/api/openapi.json` and `/api/docs`: the contract, for programs and for people.

use std::{fmt::Write as _, sync::LazyLock};

use axum::{
    http::header,
    response::{Html, IntoResponse},
    routing::get,
};
use serde_json::{Map, Value};
use utoipa_axum::router::OpenApiRouter;

use crate::{
    openapi,
    problem::{About, Kind},
    state::AppState,
};

static DOCUMENT: LazyLock<String> = LazyLock::new(openapi::document);
static PAGE: LazyLock<String> =
    LazyLock::new(|| page(&serde_json::from_str(&DOCUMENT).unwrap_or_default()));

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c1c28;background:#fff}\
code{font:14px/1.4 ui-monospace,monospace}h2{margin-top:3rem}h3{margin:2rem 0 .25rem}table{border-collapse:collapse;width:100%}\
td{border-top:1px solid #ccc;padding:.25rem .75rem .25rem 0;vertical-align:top}a{color:#3f3fbf}\
@media(prefers-color-scheme:dark){body{color:#e8e8f0;background:#16161d}td{border-color:#444}a{color:#a5a5ff}}";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .route("/api/openapi.json", get(show_document))
        .route("/api/docs", get(show_page))
}

async fn show_document() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "application/json")],
        DOCUMENT.as_str(),
    )
}

async fn show_page() -> impl IntoResponse {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
    (
        [(header::CONTENT_SECURITY_POLICY, policy)],
        Html(PAGE.as_str()),
    )
}

fn page(document: &Value) -> String {
    let mut html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>PulseCheck API</title><style>{STYLE}</style><h1>PulseCheck API</h1><p>{}</p>\
         <p><a href=\"/api/openapi.json\">openapi.json</a> is the same for programs.</p><h2>Routes</h2>",
        text(&document["info"]["description"])
    );
    for (path, item) in object(&document["paths"]) {
        for (method, operation) in object(item) {
            route(&mut html, path, method, operation);
        }
    }
    html.push_str("<h2>Problems</h2><table>");
    for kind in Kind::ALL {
        let About {
            name,
            status,
            words,
            ..
        } = kind.about();
        let _ = write!(
            html,
            "<tr id=\"{name}\"><td><code>{name}</code><td>{}. {words}</tr>",
            status.as_u16()
        );
    }
    html.push_str("</table><h2>Objects</h2>");
    for (name, schema) in object(&document["components"]["schemas"]) {
        let description = text(&schema["description"]);
        let _ = write!(
            html,
            "<h3 id=\"{name}\">{name}</h3><p>{description}</p><table>"
        );
        fields(&mut html, schema);
        html.push_str("</table>");
    }
    html
}

fn route(html: &mut String, path: &str, method: &str, operation: &Value) {
    let (summary, rest) = (text(&operation["summary"]), text(&operation["description"]));
    let _ = write!(
        html,
        "<h3><code>{} {}</code></h3><p>{summary} {rest}</p><table>",
        method.to_uppercase(),
        escape(path)
    );
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let (name, place) = (text(&parameter["name"]), text(&parameter["in"]));
        let words = text(&parameter["description"]);
        let _ = write!(
            html,
            "<tr><td><code>{name}</code> ({place})<td>{words}</tr>"
        );
    }
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    if !body.is_null() {
        let _ = write!(html, "<tr><td>body<td>{}</tr>", kind(body));
    }
    for (status, answer) in object(&operation["responses"]) {
        let words = text(&answer["description"]);
        let content = object(&answer["content"]).next();
        let shape = content.map_or_else(String::new, |(_, content)| kind(&content["schema"]));
        let _ = write!(html, "<tr><td>{status}<td>{words}. {shape}</tr>");
    }
    html.push_str("</table>");
}

fn fields(html: &mut String, schema: &Value) {
    for part in schema["allOf"].as_array().into_iter().flatten() {
        if part["$ref"].is_string() {
            let _ = write!(html, "<tr><td colspan=3>all of {}</tr>", kind(part));
        }
        fields(html, part);
    }
    for (name, field) in object(&schema["properties"]) {
        let words = text(&field["description"]);
        let _ = write!(
            html,
            "<tr><td><code>{name}</code><td>{}<td>{words}</tr>",
            kind(field)
        );
    }
}

/// A schema in a few words, with a link where it has a name.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"]
        .as_str()
        .and_then(|path| path.rsplit('/').next())
    {
        return format!("<a href=\"#{name}\">{name}</a>");
    }
    if let Some(parts) = schema["oneOf"].as_array() {
        return parts.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    match &schema["type"] {
        Value::String(kind) if kind == "array" => {
            format!("list of {}", self::kind(&schema["items"]))
        }
        Value::String(kind) => escape(kind),
        Value::Array(kinds) if kinds.iter().any(|kind| kind == "array") => {
            format!("list of {} or null", self::kind(&schema["items"]))
        }
        Value::Array(kinds) => {
            let kinds: Vec<&str> = kinds.iter().filter_map(Value::as_str).collect();
            kinds.join(" or ")
        }
        _ => String::new(),
    }
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn text(value: &Value) -> String {
    escape(value.as_str().unwrap_or_default())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_problem_is_described_once_where_its_type_leads() {
        for kind in Kind::ALL {
            let place = format!("id=\"{}\"", kind.about().name);
            assert_eq!(PAGE.matches(&place).count(), 1, "{kind:?}");
        }
    }
}
