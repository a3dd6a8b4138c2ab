//! A mail server for development that delivers nowhere and shows what it was sent.
//!
//! `inbox --listen 127.0.0.1:1025 --web 127.0.0.1:8025`, then start PulseCheck with `SMTP_HOST=127.0.0.1 SMTP_PORT=1025
//! SMTP_SECURITY=none MAIL_FROM=pulsecheck@example.com` and look at <http://127.0.0.1:8025>.

use std::{fmt::Write as _, net::SocketAddr, sync::Arc};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::Html,
    routing::get,
};
use serde_json::{Value, json};
use test_support::{Inbox, InboxTls};

const LOOK: &str = "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
    <meta name=color-scheme content='light dark'><title>Inbox</title><style>body{font:15px/1.5 system-ui;max-width:50rem;margin:2rem auto;\
    padding:0 1rem}li{margin:.4rem 0}small{opacity:.7}pre{white-space:pre-wrap}iframe{width:100%;height:34rem;border:1px solid #8884}</style>";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let listen = address("--listen", "127.0.0.1:1025")?;
    let web = address("--web", "127.0.0.1:8025")?;
    let inbox = Arc::new(Inbox::bind(listen, InboxTls::None, None).await?);
    let routes = Router::new()
        .route("/", get(show_list))
        .route("/letters", get(list_letters))
        .route("/letters/{number}", get(show_letter))
        .route("/letters/{number}/html", get(show_html))
        .with_state(inbox);
    axum::serve(tokio::net::TcpListener::bind(web).await?, routes).await?;
    Ok(())
}

async fn list_letters(State(inbox): State<Arc<Inbox>>) -> Json<Vec<Value>> {
    let letters = inbox.letters().into_iter().map(|received| {
        let letter = received.letter();
        json!({
            "to": received.to, "from": received.from, "at": received.at, "subject": letter.subject,
            "text": letter.text, "html": letter.html, "headers": letter.headers,
        })
    });
    Json(letters.collect())
}

async fn show_list(State(inbox): State<Arc<Inbox>>) -> Html<String> {
    let mut page = format!("{LOOK}<h1>Inbox</h1><ol reversed>");
    let letters = inbox.letters();
    for (number, received) in letters.iter().enumerate().rev() {
        let subject = escaped(&received.letter().subject);
        let to = escaped(&received.to.join(", "));
        let at = received.at.format("%H:%M:%S");
        let _ = write!(
            page,
            "<li><a href=/letters/{number}>{subject}</a> <small>to {to}, {at}</small>"
        );
    }
    if letters.is_empty() {
        page.push_str("<p>Nothing has come yet.");
    }
    Html(page)
}

async fn show_letter(
    State(inbox): State<Arc<Inbox>>,
    Path(number): Path<usize>,
) -> Result<Html<String>, StatusCode> {
    let letters = inbox.letters();
    let received = letters.get(number).ok_or(StatusCode::NOT_FOUND)?;
    let letter = received.letter();
    let mut page = format!(
        "{LOOK}<p><a href=/>Inbox</a><h1>{}</h1>",
        escaped(&letter.subject)
    );
    // The letter's own HTML may run nothing here.
    let _ = write!(page, "<iframe sandbox src=/letters/{number}/html></iframe>");
    let _ = write!(page, "<h2>Text</h2><pre>{}</pre>", escaped(&letter.text));
    let _ = write!(
        page,
        "<h2>Source</h2><pre>{}</pre>",
        escaped(&received.source)
    );
    Ok(Html(page))
}

async fn show_html(
    State(inbox): State<Arc<Inbox>>,
    Path(number): Path<usize>,
) -> Result<Html<String>, StatusCode> {
    let letters = inbox.letters();
    let received = letters.get(number).ok_or(StatusCode::NOT_FOUND)?;
    Ok(Html(received.letter().html))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// The address after a flag.
fn address(flag: &str, otherwise: &str) -> anyhow::Result<SocketAddr> {
    let mut words = std::env::args();
    let found = words.find(|word| word == flag).and_then(|_| words.next());
    Ok(found.unwrap_or_else(|| otherwise.to_owned()).parse()?)
}
