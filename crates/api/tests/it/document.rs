//! The OpenAPI document: complete, described, and the same as the one in the repository.

use serde_json::Value;

/// The document as it is made from the handlers.
pub(crate) fn document() -> Value {
    serde_json::from_str(&api::openapi::document()).expect("JSON")
}

#[test]
fn the_document_in_the_repository_is_the_one_that_the_handlers_make() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let kept = std::fs::read_to_string(path).expect("docs/openapi.json");
    assert!(
        kept.trim() == api::openapi::document().trim(),
        "docs/openapi.json is old: `make openapi` writes it anew"
    );
}

#[test]
fn every_route_says_what_it_does_and_every_error_is_a_problem() {
    for (path, item) in document()["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            let summary = operation["summary"].as_str().unwrap_or_default();
            assert!(summary.len() > 10, "{method} {path}");
            for (status, answer) in operation["responses"].as_object().expect("answers") {
                let is_error = status.starts_with('4') || status == "500";
                let body = &answer["content"]["application/json"]["schema"]["$ref"];
                assert!(
                    !is_error || body == "#/components/schemas/Problem",
                    "{method} {path} {status}"
                );
            }
        }
    }
}
