//! Whoever scans files for malware: ClamAV's daemon over its INSTREAM protocol, or any service that a file is posted to.

use std::{path::PathBuf, time::Duration};

use bytes::Bytes;
use futures::{SinkExt, channel::mpsc};
use serde::Deserialize;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, UnixStream},
    task::JoinHandle,
    time::timeout,
};

use crate::domain::{Code, Error, Result};

/// How long a scanner may take to take a piece, and to come to its verdict.
const PATIENCE: Duration = Duration::from_secs(120);
/// The longest verdict that is read. Bytes.
const MAX_VERDICT: u64 = 4_096;
/// The largest chunk that is sent at once. Bytes.
const CHUNK: usize = 64 * 1024;
/// Pieces of a posted file that may wait to be sent.
const WAITING: usize = 4;

/// Who scans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scanner {
    /// ClamAV's daemon on a host and port.
    Tcp(String),
    /// ClamAV's daemon on a socket.
    Unix(PathBuf),
    /// A service that files are posted to; it answers 200 with `{"clean": true}` or `{"clean": false, "found": "…"}`.
    Http(String),
}

/// What a scanner says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It knows of nothing.
    Clean,
    /// What it found.
    Found(String),
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// A file on its way to the scanner, piece by piece.
pub struct Scan(Kind);

enum Kind {
    Clamd(Box<dyn Wire>),
    Http(mpsc::Sender<Result<Bytes, std::io::Error>>, JoinHandle<Result<Verdict>>),
}

impl Scanner {
    /// Reads a scanner's address.
    ///
    /// # Errors
    /// `INVALID` naming the setting for anything else.
    pub fn parse(text: &str) -> Result<Self> {
        let refuse = || {
            let message = "must be clamd://host:3310, clamd:///path/of/socket, or an http or https address";
            Error::invalid("uploads.scanner", "url", message)
        };
        let url = url::Url::parse(text).map_err(|_| refuse())?;
        match (url.scheme(), url.host_str().filter(|host| !host.is_empty())) {
            ("clamd", Some(host)) => Ok(Self::Tcp(format!("{host}:{}", url.port().unwrap_or(3310)))),
            ("clamd", None) if url.path().len() > 1 => Ok(Self::Unix(PathBuf::from(url.path()))),
            ("http" | "https", Some(_)) => Ok(Self::Http(text.to_owned())),
            _ => Err(refuse()),
        }
    }

    /// Begins to scan a file.
    ///
    /// # Errors
    /// `UNAVAILABLE` where the scanner is out of reach.
    pub async fn begin(&self) -> Result<Scan> {
        let mut wire: Box<dyn Wire> = match self {
            Self::Tcp(address) => Box::new(in_time(TcpStream::connect(address)).await?),
            Self::Unix(path) => Box::new(in_time(UnixStream::connect(path)).await?),
            Self::Http(url) => {
                let (sender, receiver) = mpsc::channel(WAITING);
                return Ok(Scan(Kind::Http(sender, tokio::spawn(post(url.clone(), receiver)))));
            }
        };
        in_time(wire.write_all(b"zINSTREAM\0")).await?;
        Ok(Scan(Kind::Clamd(wire)))
    }
}

impl Scan {
    /// Sends a piece of the file.
    ///
    /// # Errors
    /// `UNAVAILABLE` where the scanner does not take it.
    pub async fn feed(&mut self, piece: Bytes) -> Result<()> {
        match &mut self.0 {
            Kind::Clamd(wire) => {
                // A chunk without bytes would end the stream.
                for chunk in piece.chunks(CHUNK) {
                    let length = u32::try_from(chunk.len()).unwrap_or_default().to_be_bytes();
                    let sent = async {
                        in_time(wire.write_all(&length)).await?;
                        in_time(wire.write_all(chunk)).await
                    };
                    if let Err(error) = sent.await {
                        return Err(reason(wire).await.unwrap_or(error));
                    }
                }
                Ok(())
            }
            // A service that has seen enough goes away early; its verdict tells.
            Kind::Http(sender, _) => match timeout(PATIENCE, sender.send(Ok(piece))).await {
                Ok(_) => Ok(()),
                Err(_) => Err(unavailable("it takes nothing")),
            },
        }
    }

    /// Ends the file and waits for the verdict.
    ///
    /// # Errors
    /// `UNAVAILABLE` where the scanner comes to none.
    pub async fn verdict(self) -> Result<Verdict> {
        match self.0 {
            Kind::Clamd(mut wire) => {
                in_time(wire.write_all(&[0; 4])).await?;
                let mut said = Vec::new();
                in_time((&mut wire).take(MAX_VERDICT).read_to_end(&mut said)).await?;
                read(&String::from_utf8_lossy(&said))
            }
            Kind::Http(sender, answer) => {
                drop(sender);
                match timeout(PATIENCE, answer).await {
                    Ok(Ok(verdict)) => verdict,
                    _ => Err(unavailable("it does not answer")),
                }
            }
        }
    }
}

/// What clamd said before it hung up: that the file is larger than its `StreamMaxLength`, or that it waited too long.
async fn reason(wire: &mut Box<dyn Wire>) -> Option<Error> {
    let mut said = Vec::new();
    // It may have thrown away what was still on its way to it, which ends what is read with an error.
    let _ = in_time(wire.take(MAX_VERDICT).read_to_end(&mut said)).await;
    read(&String::from_utf8_lossy(&said)).err().filter(|_| !said.is_empty())
}

/// `stream: OK`, or `stream: NAME FOUND`; anything else is an error of clamd's.
fn read(said: &str) -> Result<Verdict> {
    let said = said.trim_end_matches(['\0', '\n']);
    let verdict = said.strip_prefix("stream: ").unwrap_or(said);
    match (verdict, verdict.strip_suffix(" FOUND")) {
        ("OK", _) => Ok(Verdict::Clean),
        (_, Some(name)) => Ok(Verdict::Found(name.to_owned())),
        _ => Err(unavailable(said)),
    }
}

#[derive(Deserialize)]
struct Said {
    clean: bool,
    found: Option<String>,
}

async fn post(url: String, pieces: mpsc::Receiver<Result<Bytes, std::io::Error>>) -> Result<Verdict> {
    let failed = |error: reqwest::Error| unavailable(&error.without_url().to_string());
    let client = reqwest::Client::builder().connect_timeout(PATIENCE).build().map_err(failed)?;
    let request = client.post(url).header("content-type", "application/octet-stream");
    let answer = request.body(reqwest::Body::wrap_stream(pieces)).send().await.map_err(failed)?;
    let said: Said = answer.error_for_status().map_err(failed)?.json().await.map_err(failed)?;
    Ok(match said {
        Said { clean: true, .. } => Verdict::Clean,
        Said { found, .. } => Verdict::Found(found.unwrap_or_else(|| "something".to_owned())),
    })
}

async fn in_time<T>(work: impl Future<Output = std::io::Result<T>>) -> Result<T> {
    match timeout(PATIENCE, work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(unavailable(&error.to_string())),
        Err(_) => Err(unavailable("it takes too long")),
    }
}

fn unavailable(why: &str) -> Error {
    Error::new(Code::Unavailable, "the scanner of files did not answer as it should").with_source(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_say_who_scans() {
        assert_eq!(Scanner::parse("clamd://av:3311").unwrap(), Scanner::Tcp("av:3311".into()));
        assert_eq!(Scanner::parse("clamd://av").unwrap(), Scanner::Tcp("av:3310".into()));
        assert_eq!(Scanner::parse("clamd:///run/clamd.ctl").unwrap(), Scanner::Unix("/run/clamd.ctl".into()));
        assert_eq!(Scanner::parse("https://av/scan").unwrap(), Scanner::Http("https://av/scan".into()));
        for wrong in ["", "clamd://", "ftp://x", "av:3310"] {
            assert!(Scanner::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_a_clear_verdict_is_one() {
        assert_eq!(read("stream: OK\0").unwrap(), Verdict::Clean);
        assert_eq!(
            read("stream: Eicar-Signature FOUND\0").unwrap(),
            Verdict::Found("Eicar-Signature".into())
        );
        for unclear in
            ["", "INSTREAM size limit exceeded. ERROR\0", "COMMAND READ TIMED OUT\n", "stream: OK FINE"]
        {
            assert!(read(unclear).is_err(), "{unclear}");
        }
    }
}
