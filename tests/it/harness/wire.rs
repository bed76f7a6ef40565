//! The wire between an application and PostgreSQL, listened to: what is executed on it is counted here, not by those who ask.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy, split},
    net::{TcpListener, TcpStream, UnixStream},
};

/// What a client sends before it says who it is: please encrypt, by TLS or by GSSAPI.
const ENCRYPT: [u32; 2] = [80_877_103, 80_877_104];

/// A relay before a database.
pub struct Wire {
    url: String,
    executed: Arc<AtomicU64>,
}

impl Wire {
    /// A relay to the database at an address.
    pub async fn to(url: &str) -> Self {
        let mut url = url::Url::parse(url).unwrap();
        let server = Server::of(&url);
        url.set_query(None);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let executed = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&executed);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let counter = Arc::clone(&counter);
                match &server {
                    Server::Socket(path) => {
                        tokio::spawn(relay(client, UnixStream::connect(path).await.unwrap(), counter))
                    }
                    Server::Host(host, port) => {
                        let upstream = TcpStream::connect((host.as_str(), *port)).await.unwrap();
                        tokio::spawn(relay(client, upstream, counter))
                    }
                };
            }
        });
        Self { url: url.into(), executed }
    }

    /// The address to connect to.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many statements were executed so far, whoever asked for them.
    pub fn executed(&self) -> u64 {
        self.executed.load(Ordering::SeqCst)
    }
}

/// Where the database listens.
enum Server {
    Socket(String),
    Host(String, u16),
}

impl Server {
    fn of(url: &url::Url) -> Self {
        let given =
            |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let port = given("port").map(|port| port.parse().unwrap()).or(url.port()).unwrap_or(5432);
        let host =
            given("host").unwrap_or_else(|| url.host_str().unwrap().replace("%2F", "/").replace("%2f", "/"));
        if host.starts_with('/') {
            Self::Socket(format!("{host}/.s.PGSQL.{port}"))
        } else {
            Self::Host(host, port)
        }
    }
}

async fn relay(
    client: TcpStream,
    upstream: impl AsyncRead + AsyncWrite + Send + 'static,
    executed: Arc<AtomicU64>,
) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = split(upstream);
    tokio::spawn(async move { copy(&mut from_server, &mut to_client).await });
    let mut started = false;
    loop {
        // Before it says who it is a client sends messages without a type.
        let kind = if started { from_client.read_u8().await.ok() } else { Some(0) };
        let (Some(kind), Ok(length)) = (kind, from_client.read_u32().await) else { return };
        let mut body = vec![0; length as usize - 4];
        if from_client.read_exact(&mut body).await.is_err() {
            return;
        }
        let mut message = Vec::with_capacity(body.len() + 5);
        if started {
            message.push(kind);
        } else {
            let code = u32::from_be_bytes(body[..4].try_into().unwrap());
            started = !ENCRYPT.contains(&code);
        }
        message.extend(length.to_be_bytes());
        message.extend(body);
        // Execute a prepared statement, or a simple query.
        if matches!(kind, b'E' | b'Q') {
            executed.fetch_add(1, Ordering::SeqCst);
        }
        if to_server.write_all(&message).await.is_err() {
            return;
        }
    }
}
