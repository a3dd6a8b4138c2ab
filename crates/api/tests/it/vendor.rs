//! Services of other people: their pages are found, followed, and shown with what their vendors say.

mod discover;
mod following;
mod needs;
mod shown;

use serde_json::{Value, json};
use test_support::{Mode, Upstream};

use crate::browser::Browser;

/// A Statuspage on loopback: two components called Login in different groups, and one called API.
pub(crate) struct Page {
    pub(crate) upstream: Upstream,
}

impl Page {
    pub(crate) async fn start() -> Self {
        let upstream = Upstream::start();
        upstream.set(Mode::status(404)).await;
        let page = Self { upstream };
        page.publish(&[]);
        page
    }

    /// What the page says from now on: its components, all operational, and these incidents.
    pub(crate) fn publish(&self, incidents: &[Value]) {
        let components = components();
        let head = json!({ "id": "kctbh9vrtdwd", "name": "Acme", "url": self.upstream.url("/"),
                           "updated_at": "2027-01-15T08:00:00Z" });
        let summary = json!({
            "page": head, "components": components, "incidents": incidents, "scheduled_maintenances": [],
            "status": { "indicator": "none", "description": "All Systems Operational" },
        });
        let list = json!({ "page": head, "components": components });
        self.upstream
            .set_for("/api/v2/summary.json", Mode::body(&summary.to_string()));
        self.upstream
            .set_for("/api/v2/components.json", Mode::body(&list.to_string()));
    }

    pub(crate) fn url(&self, path: &str) -> String {
        self.upstream.url(path)
    }

    /// What the search finds there.
    pub(crate) async fn discover(&self, person: &Browser) -> Value {
        let body = json!({ "url": self.url("/") });
        let answer = person.post("/api/services/discover", body).await;
        answer.expect(200).body
    }

    /// A service that follows the API of this page.
    pub(crate) async fn follow_api(&self, person: &Browser) -> Value {
        let found = self.discover(person).await;
        let body = following(&found, &json!({ "component_key": "api" }));
        person.post("/api/services", body).await.expect(201).body
    }
}

/// A service that follows what was found, with some fields more.
pub(crate) fn following(found: &Value, more: &Value) -> Value {
    let mut body = json!({
        "name": "Acme", "monitor_type": "status_page", "status_page_api_urls": found["api_urls"],
    });
    for (name, value) in more.as_object().expect("fields") {
        body[name] = value.clone();
    }
    body
}

fn components() -> Value {
    let component = |id: &str, name: &str, group: Option<&str>| {
        json!({ "id": id, "name": name, "status": "operational", "group_id": group, "group": false,
                "description": null, "position": 1, "page_id": "kctbh9vrtdwd" })
    };
    let group = |id: &str, name: &str, members: &[&str]| {
        json!({ "id": id, "name": name, "status": "operational", "group_id": null, "group": true,
                "description": null, "position": 1, "page_id": "kctbh9vrtdwd", "components": members })
    };
    json!([
        component("api", "API", None),
        group("web", "Web", &["web-login"]),
        component("web-login", "Login", Some("web")),
        group("mobile", "Mobile", &["mobile-login"]),
        component("mobile-login", "Login", Some("mobile")),
    ])
}
