//! A name server on loopback that answers, refuses, delays and lies as it is told.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, UdpSocket},
    task::JoinSet,
    time::sleep,
};

use crate::upstream::lock;

const A: u16 = 1;
const AAAA: u16 = 28;

/// What a name server says about a name.
#[derive(Debug, Clone)]
pub enum Answer {
    /// These addresses; those of the other family are no data.
    Addresses {
        addresses: Vec<IpAddr>,
        ttl: u32,
    },
    NxDomain,
    /// The name exists and has nothing of that type.
    NoData,
    ServFail,
    Refused,
    FormErr,
    /// Nothing at all.
    Silent,
    /// Something that is no DNS message.
    Garbage,
    /// Cut short over UDP; over TCP the inner answer, or a closed connection.
    Truncated(Option<Box<Answer>>),
    /// Another name; the answer holds no addresses itself.
    Alias(String),
    /// The same, later.
    Later {
        ms: u64,
        then: Box<Answer>,
    },
    /// One for A and one for AAAA.
    ByFamily {
        a: Box<Answer>,
        aaaa: Box<Answer>,
    },
    /// One after the other for each type, then again from the start.
    InTurn(Vec<Answer>),
}

impl Answer {
    /// One address with a TTL of zero, so that nobody remembers it.
    pub fn address(address: &str) -> Self {
        Self::addresses(&[address])
    }

    /// Several addresses with a TTL of zero.
    pub fn addresses(addresses: &[&str]) -> Self {
        let addresses = addresses
            .iter()
            .map(|address| address.parse().expect("an address"))
            .collect();
        Self::Addresses { addresses, ttl: 0 }
    }

    /// The same, later.
    #[must_use]
    pub fn after(self, ms: u64) -> Self {
        Self::Later {
            ms,
            then: Box::new(self),
        }
    }
}

/// A running name server over UDP and TCP; it ends when this is dropped.
pub struct FaultDns {
    address: SocketAddr,
    zone: Arc<Zone>,
    _tasks: JoinSet<()>,
}

#[derive(Default)]
struct Zone {
    names: Mutex<HashMap<String, Answer>>,
    /// For names that the table does not have.
    default: Mutex<Option<Answer>>,
    /// Queries so far, by name and type.
    asked: Mutex<HashMap<(String, u16), usize>>,
}

impl FaultDns {
    /// A server on a free port of 127.0.0.1; unknown names do not exist.
    pub async fn start() -> Self {
        let zone = Arc::new(Zone::default());
        let (udp, tcp) = bind().await;
        let address = udp.local_addr().expect("it is bound");
        let mut tasks = JoinSet::new();
        tasks.spawn(serve_udp(Arc::new(udp), zone.clone()));
        tasks.spawn(serve_tcp(tcp, zone.clone()));
        Self {
            address,
            zone,
            _tasks: tasks,
        }
    }

    /// Where it listens, over both protocols.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it says about a name from now on.
    pub fn set(&self, name: &str, answer: Answer) {
        lock(&self.zone.names).insert(name.to_ascii_lowercase(), answer);
    }

    /// What it says about all other names from now on.
    pub fn set_default(&self, answer: Answer) {
        *lock(&self.zone.default) = Some(answer);
    }

    /// How often a name was asked for, over all types.
    pub fn asked(&self, name: &str) -> usize {
        lock(&self.zone.asked)
            .iter()
            .filter(|((asked, _), _)| asked == name)
            .map(|(_, count)| count)
            .sum()
    }
}

/// A port that is free for both protocols.
async fn bind() -> (UdpSocket, TcpListener) {
    loop {
        let udp = UdpSocket::bind("127.0.0.1:0")
            .await
            .expect("a free port on loopback");
        let address = udp.local_addr().expect("it is bound");
        if let Ok(tcp) = TcpListener::bind(address).await {
            return (udp, tcp);
        }
    }
}

async fn serve_udp(socket: Arc<UdpSocket>, zone: Arc<Zone>) {
    let mut running = JoinSet::new();
    let mut buffer = [0; 1500];
    loop {
        tokio::select! {
            Ok((length, peer)) = socket.recv_from(&mut buffer) => {
                let Some(query) = Query::parse(&buffer[..length]) else { continue };
                let (socket, zone) = (socket.clone(), zone.clone());
                running.spawn(async move {
                    if let Some(reply) = zone.reply(&query, false).await {
                        let _ = socket.send_to(&reply, peer).await;
                    }
                });
            }
            Some(_) = running.join_next() => {}
        }
    }
}

async fn serve_tcp(listener: TcpListener, zone: Arc<Zone>) {
    let mut running = JoinSet::new();
    loop {
        tokio::select! {
            Ok((mut stream, _)) = listener.accept() => {
                let zone = zone.clone();
                running.spawn(async move {
                    while let Ok(length) = stream.read_u16().await {
                        let mut bytes = vec![0; length.into()];
                        let read = stream.read_exact(&mut bytes).await.is_ok();
                        let Some(query) = Query::parse(&bytes).filter(|_| read) else { return };
                        let Some(reply) = zone.reply(&query, true).await else { return };
                        let mut framed = u16::try_from(reply.len()).unwrap_or(0).to_be_bytes().to_vec();
                        framed.extend(reply);
                        if stream.write_all(&framed).await.is_err() {
                            return;
                        }
                    }
                });
            }
            Some(_) = running.join_next() => {}
        }
    }
}

struct Query {
    /// The identifier, and the question as it was put.
    id: [u8; 2],
    question: Vec<u8>,
    name: String,
    kind: u16,
}

impl Query {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let id = *bytes.first_chunk::<2>()?;
        let mut labels = Vec::new();
        let mut at = 12;
        loop {
            let length = usize::from(*bytes.get(at)?);
            if length == 0 {
                break;
            }
            labels.push(
                String::from_utf8_lossy(bytes.get(at + 1..at + 1 + length)?).to_ascii_lowercase(),
            );
            at += length + 1;
        }
        let question = bytes.get(12..at + 5)?.to_vec();
        let kind = u16::from_be_bytes([*bytes.get(at + 1)?, *bytes.get(at + 2)?]);
        Some(Self {
            id,
            question,
            name: labels.join("."),
            kind,
        })
    }

    fn reply(&self, flags: u16, records: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = self.id.to_vec();
        bytes.extend((0x8480 | flags).to_be_bytes());
        bytes.extend([0, 1]);
        bytes.extend(u16::try_from(records.len()).unwrap_or(0).to_be_bytes());
        bytes.extend([0; 4]);
        bytes.extend(&self.question);
        for record in records {
            bytes.extend(record);
        }
        bytes
    }
}

/// A record about the name in question.
fn record(kind: u16, ttl: u32, data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xc0, 12];
    bytes.extend(kind.to_be_bytes());
    bytes.extend([0, 1]);
    bytes.extend(ttl.to_be_bytes());
    bytes.extend(u16::try_from(data.len()).unwrap_or(0).to_be_bytes());
    bytes.extend(data);
    bytes
}

fn wire_name(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in name.split('.') {
        bytes.push(u8::try_from(label.len()).unwrap_or(0));
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

impl Zone {
    async fn reply(&self, query: &Query, over_tcp: bool) -> Option<Vec<u8>> {
        let count = {
            let mut asked = lock(&self.asked);
            let count = asked.entry((query.name.clone(), query.kind)).or_default();
            *count += 1;
            *count - 1
        };
        let known = lock(&self.names).get(&query.name).cloned();
        let mut answer = known
            .or_else(|| lock(&self.default).clone())
            .unwrap_or(Answer::NxDomain);
        loop {
            answer = match answer {
                Answer::Later { ms, then } => {
                    sleep(Duration::from_millis(ms)).await;
                    *then
                }
                Answer::ByFamily { a, aaaa } => {
                    if query.kind == AAAA {
                        *aaaa
                    } else {
                        *a
                    }
                }
                Answer::InTurn(answers) => answers.get(count % answers.len().max(1))?.clone(),
                Answer::Truncated(_) if !over_tcp => return Some(query.reply(0x0200, &[])),
                Answer::Truncated(then) => *then?,
                settled => return settle(&settled, query),
            };
        }
    }
}

fn settle(answer: &Answer, query: &Query) -> Option<Vec<u8>> {
    Some(match answer {
        Answer::Addresses { addresses, ttl } => {
            let records = addresses
                .iter()
                .filter_map(|address| match (address, query.kind) {
                    (IpAddr::V4(ip), A) => Some(record(A, *ttl, &ip.octets())),
                    (IpAddr::V6(ip), AAAA) => Some(record(AAAA, *ttl, &ip.octets())),
                    _ => None,
                });
            query.reply(0, &records.collect::<Vec<_>>())
        }
        Answer::Alias(name) => query.reply(0, &[record(5, 0, &wire_name(name))]),
        Answer::NoData => query.reply(0, &[]),
        Answer::FormErr => query.reply(1, &[]),
        Answer::ServFail => query.reply(2, &[]),
        Answer::NxDomain => query.reply(3, &[]),
        Answer::Refused => query.reply(5, &[]),
        Answer::Garbage => b"this is no answer".to_vec(),
        _ => return None,
    })
}
