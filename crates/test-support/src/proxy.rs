//! A wire that can be cut: a TCP proxy on loopback, for tests of what happens while a database is away.

use std::{net::SocketAddr, sync::Arc};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

/// Passes connections on to another address until it is cut. Dropping it cuts it for good.
#[derive(Debug)]
pub struct Switch {
    address: SocketAddr,
    whole: Arc<watch::Sender<bool>>,
    _tasks: JoinSet<()>,
}

impl Switch {
    /// A wire to `target`.
    pub async fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port on loopback");
        let address = listener.local_addr().expect("it is bound");
        let whole = Arc::new(watch::Sender::new(true));
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, target, Arc::clone(&whole)));
        Self {
            address,
            whole,
            _tasks: tasks,
        }
    }

    /// Where to connect instead.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends every connection at once, and every new one as soon as it is made.
    pub fn cut(&self) {
        self.whole.send_replace(false);
    }

    /// New connections work again.
    pub fn restore(&self) {
        self.whole.send_replace(true);
    }
}

async fn accept(listener: TcpListener, target: SocketAddr, whole: Arc<watch::Sender<bool>>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                if *whole.borrow() {
                    connections.spawn(pass(stream, target, whole.subscribe()));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn pass(mut near: TcpStream, target: SocketAddr, mut whole: watch::Receiver<bool>) {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test's own server on loopback, not an address of a user"
    )]
    let connecting = TcpStream::connect(target);
    let Ok(mut far) = connecting.await else {
        return;
    };
    tokio::select! {
        // However the copying ends, both sides are closed by being dropped.
        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
        _ = whole.wait_for(|whole| !*whole) => {}
    }
}
