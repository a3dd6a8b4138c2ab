//! Server-sent events as bytes (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).

use bytes::Bytes;
use status_cache::LiveEvent;

/// Opens a stream: after a loss of connection come back in two seconds.
pub const HELLO: Bytes = Bytes::from_static(b"retry: 2000\n\n");
/// Keeps proxies from closing a silent stream.
pub const KEEP_ALIVE: Bytes = Bytes::from_static(b": still here\n\n");
/// Something may have been missed: read everything again.
pub const RESYNC: Bytes = Bytes::from_static(b"event: resync\ndata: {}\n\n");

pub(super) fn render(event: &LiveEvent) -> Bytes {
    // JSON may have line breaks between its words, and they would end the line; within words there are none.
    let data = event.data.get().replace(['\n', '\r'], " ");
    Bytes::from(format!(
        "event: {}\nid: {}\ndata: {}\n\n",
        event.kind.as_str(),
        event.id.simple(),
        data
    ))
}
