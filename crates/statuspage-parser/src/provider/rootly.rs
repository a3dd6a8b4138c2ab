//! Rootly: `/api/v1/status.json`, the state of the page and its incidents, without components.

use super::{Adapter, Document, atlassian};
use crate::{ParseError, node::Node, page::Section};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "rootly",
    name: "Rootly",
    documents: &[Document {
        name: "status",
        at: "{base}/api/v1/status.json",
        required: true,
    }],
    probed: Some("status"),
    in_html: |html| {
        html.contains("rootly.com")
            .then(|| "{base}".to_owned())
            .filter(|_| html.contains("status-page"))
    },
    recognises: |body| body.json().is_some_and(is_status),
    read: |body, page| {
        let document = body.expect_json(ADAPTER.name)?;
        if !is_status(document) {
            return Err(ParseError::WrongShape {
                provider: ADAPTER.name,
                expected: "`page`, `status.indicator` and `incidents`",
            });
        }
        atlassian::read_v2(document, page);
        page.components = Section::Unsupported;
        Ok(())
    },
    ..Adapter::BLANK
};

/// Like Statuspage's, but its page has no id and there are no components.
fn is_status(document: Node<'_>) -> bool {
    let page = document
        .get("page")
        .filter(|page| page.has("name") && !page.has("id"));
    page.is_some()
        && document.at(&["status", "indicator"]).is_some()
        && document.is_list("incidents")
        && !document.has("components")
}

#[cfg(test)]
mod tests {
    use super::ADAPTER;
    use crate::body::Body;

    #[test]
    fn statuspages_own_document_is_not_rootlys() {
        let body = Body::read(
            br#"{"page":{"id":"x","name":"y"},"status":{"indicator":"none"},"incidents":[]}"#,
        )
        .expect("JSON");
        assert!(!(ADAPTER.recognises)(&body));
    }
}
