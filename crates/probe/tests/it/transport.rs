//! Connections and responses that fail below the content.

use std::{net::SocketAddr, time::Duration};

use domain::{
    failure::{FailureCode, Phase},
    observation::HttpVersion,
    verdict::Verdict,
};
use test_support::{Mode, TlsMode, Upstream};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::lab::{Lab, hurried, target};

/// Looks at a server in this mode.
async fn look(mode: Mode) -> crate::lab::Look {
    look_within(mode, 2_000).await
}

async fn look_within(mode: Mode, ms: u64) -> crate::lab::Look {
    let (lab, upstream) = (Lab::new().await, Upstream::start());
    upstream.set(mode).await;
    lab.look(&hurried(&upstream.url("/"), ms)).await
}

#[tokio::test]
async fn a_healthy_server_is_up_with_every_phase_timed() {
    let look = look(Mode::ok().after(50)).await;
    look.is_up();
    let hop = &look.seen.hops[0];
    assert_eq!(
        (hop.status, hop.bytes, hop.http_version),
        (Some(200), 2, Some(HttpVersion::Http11))
    );
    assert_eq!(hop.remote, Some([127, 0, 0, 1].into()));
    assert!((50_000..500_000).contains(&hop.timings.ttfb_us), "{hop:?}");
    assert!(
        hop.timings.tcp_us > 0 && hop.timings.tcp_us < 40_000 && hop.timings.tls_us == 0,
        "{hop:?}"
    );
    assert_eq!(look.seen.total_us, hop.timings.total_us());
    assert!(look.seen.evidence.is_none() && look.seen.advisories.is_empty());
}

#[tokio::test]
async fn a_closed_port_is_connect_refused() {
    let look = look(Mode::Refuse).await;
    look.failed(FailureCode::ConnectRefused);
    assert_eq!(
        (look.phase(), look.judgement.verdict),
        (Some(Phase::Tcp), Verdict::Down)
    );
    assert!(
        look.sentence().starts_with("127.0.0.1:"),
        "{}",
        look.sentence()
    );
}

#[tokio::test]
async fn a_dropped_syn_is_connect_timeout() {
    let lab = Lab::new().await;
    // A listener whose queue is full drops what comes next.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let _queue = fill(address, &listener).await;
    let look = lab.look(&hurried(&format!("http://{address}/"), 600)).await;
    look.failed(FailureCode::ConnectTimeout);
    assert_eq!(look.phase(), Some(Phase::Tcp));
}

/// Connects without being accepted until connecting no longer succeeds.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the crowd, not the probe"
)]
async fn fill(address: SocketAddr, _listener: &TcpListener) -> Vec<TcpStream> {
    let mut queue = Vec::new();
    while let Ok(Ok(stream)) =
        tokio::time::timeout(Duration::from_millis(300), TcpStream::connect(address)).await
    {
        queue.push(stream);
    }
    queue
}

#[tokio::test]
async fn a_reset_is_connection_reset() {
    look(Mode::Reset).await.failed(FailureCode::ConnectionReset);
    look(Mode::ResetAtOnce)
        .await
        .failed(FailureCode::ConnectionReset);
    let in_body = look(Mode::ResetBody).await;
    in_body.failed(FailureCode::ConnectionReset);
    assert_eq!(in_body.phase(), Some(Phase::Body));
}

#[tokio::test]
async fn an_empty_reply_is_connection_closed() {
    look(Mode::Close)
        .await
        .failed(FailureCode::ConnectionClosed);
    look(Mode::HalfHead)
        .await
        .failed(FailureCode::ConnectionClosed);
}

#[tokio::test]
async fn silence_is_http_timeout_in_ttfb() {
    let look = look_within(Mode::Hang, 400).await;
    look.failed(FailureCode::HttpTimeout);
    assert_eq!(look.phase(), Some(Phase::Ttfb));
    assert!(look.took >= Duration::from_millis(400));
}

#[tokio::test]
async fn a_stalling_body_is_http_timeout_in_body() {
    let look = look_within(Mode::StallBody, 400).await;
    look.failed(FailureCode::HttpTimeout);
    assert_eq!(look.phase(), Some(Phase::Body));
    assert_eq!(look.seen.hops[0].bytes, 3);
    assert_eq!(look.seen.evidence.as_ref().unwrap().body, "abc");
}

#[tokio::test]
async fn a_dripping_server_is_bounded_by_the_deadline() {
    for (mode, phase) in [
        (Mode::DripHead { ms: 20 }, Phase::Ttfb),
        (Mode::DripBody { ms: 20 }, Phase::Body),
        (Mode::InterimFlood, Phase::Ttfb),
    ] {
        let look = look_within(mode, 500).await;
        look.failed(FailureCode::HttpTimeout);
        assert_eq!(look.phase(), Some(phase), "{:?}", look.seen);
    }
}

#[tokio::test]
async fn a_server_that_does_not_read_is_http_timeout_in_send() {
    let (lab, upstream) = (Lab::new().await, Upstream::start());
    upstream.set(Mode::Deaf).await;
    let mut target = hurried(&upstream.url("/"), 400);
    target.method = domain::target::Method::Post;
    // More than the sockets of both sides hold.
    target.body = Some("x".repeat(32 * 1024 * 1024));
    let look = lab.look(&target).await;
    look.failed(FailureCode::HttpTimeout);
    assert_eq!(look.phase(), Some(Phase::Send));
}

#[tokio::test]
async fn a_slow_start_shows_in_ttfb_alone() {
    let look = look(Mode::ok().after(300)).await;
    let timings = look.seen.hops[0].timings;
    assert!((300_000..700_000).contains(&timings.ttfb_us), "{timings:?}");
    assert!(
        timings.tcp_us < 100_000 && timings.dns_us < 100_000,
        "{timings:?}"
    );
}

#[tokio::test]
async fn nonsense_is_http_protocol() {
    for bytes in [
        "SSH-2.0-OpenSSH_9.2\r\n",
        "<html>hello</html>",
        "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1 099 Odd\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nbad name: x\r\n\r\n",
    ] {
        let look = look(Mode::raw(bytes)).await;
        assert_eq!(
            look.code(),
            Some(FailureCode::HttpProtocol),
            "{bytes:?}: {:?}",
            look.seen
        );
    }
}

#[tokio::test]
async fn a_bad_chunk_size_is_http_protocol() {
    let look = look(Mode::BadChunk).await;
    look.failed(FailureCode::HttpProtocol);
    assert_eq!(look.phase(), Some(Phase::Body));
}

#[tokio::test]
async fn a_head_too_large_is_http_protocol() {
    look(Mode::LargeHead { bytes: 1_000_000 })
        .await
        .failed(FailureCode::HttpProtocol);
    look(Mode::LargeHead { bytes: 100_000 }).await.is_up();
}

#[tokio::test]
async fn what_browsers_accept_is_up() {
    for bytes in [
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
        "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\ncontent-length: 2\n\nok",
        "HTTP/1.0 200 OK\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nx-folded: a\r\n b\r\ncontent-length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nx-space : a\r\ncontent-length: 2\r\n\r\nok",
        "HTTP/1.1 200\r\ncontent-length: 2\r\n\r\nok",
    ] {
        let look = look(Mode::raw(bytes)).await;
        assert_eq!(
            (look.code(), look.seen.hops[0].bytes),
            (None, 2),
            "{bytes:?}: {:?}",
            look.seen
        );
    }
    let latin1 = "485454502f312e3120323030204f4b0d0a782d613a20e90d0a636f6e74656e742d6c656e6774683a20320d0a0d0a6f6b";
    look(Mode::RawHex { hex: latin1.into() }).await.is_up();
    let many = (0..200).fold(String::new(), |all, number| {
        all + "x-" + &number.to_string() + ": y\r\n"
    });
    look(Mode::raw(&format!(
        "HTTP/1.1 200 OK\r\n{many}content-length: 2\r\n\r\nok"
    )))
    .await
    .is_up();
}

#[tokio::test]
async fn tls_on_the_http_port_is_http_protocol() {
    let lab = Lab::new().await;
    let issued = lab
        .authority
        .issue(&["127.0.0.1"], test_support::Flaw::None, crate::lab::noon());
    let upstream = Upstream::start_tls(TlsMode::With(issued));
    let look = lab
        .look(&target(&upstream.url("/").replace("https", "http")))
        .await;
    look.failed(FailureCode::HttpProtocol);
}

#[tokio::test]
async fn a_switched_protocol_is_an_unexpected_status() {
    let upgrade = Mode::raw(
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n",
    );
    look(upgrade).await.failed(FailureCode::UnexpectedStatus);
    look(Mode::raw("HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n"))
        .await
        .failed(FailureCode::UnexpectedStatus);
}

#[tokio::test]
async fn a_new_connection_is_made_for_every_look() {
    let (lab, upstream) = (Lab::new().await, Upstream::start());
    for _ in 0..5 {
        lab.get(&upstream.url("/")).await.is_up();
    }
    assert_eq!(upstream.connections(), 5);
}
