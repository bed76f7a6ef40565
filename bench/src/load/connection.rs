//! The cheapest HTTP/1.1 client that is still correct here: one kept connection, ready requests, bodies by their length.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::Fallible;

/// One connection that stays open.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer, borrowed from the connection's buffer.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    /// The status of HTTP.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: &'a [u8],
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> Fallible<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 256 << 10] })
    }

    /// Sends a ready request and reads its answer to the end.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Fallible<Answer<'_>> {
        self.stream.write_all(request).await?;
        let mut filled = 0;
        let (status, start, end) = loop {
            filled += self.fill(filled).await?;
            if let Some((status, start, length)) = head(self.buffer.get(..filled).unwrap_or_default())? {
                break (status, start, start + length);
            }
        };
        if self.buffer.len() < end {
            self.buffer.resize(end, 0);
        }
        while filled < end {
            filled += self.fill(filled).await?;
        }
        Ok(Answer { status, body: self.buffer.get(start..end).unwrap_or_default() })
    }

    async fn fill(&mut self, from: usize) -> Fallible<usize> {
        let room = self.buffer.get_mut(from..).unwrap_or_default();
        match self.stream.read(room).await? {
            0 => Err("the server closed the connection".into()),
            count => Ok(count),
        }
    }
}

/// Status, where the body begins and how long it is; nothing while the head is incomplete.
fn head(bytes: &[u8]) -> Fallible<Option<(u16, usize, usize)>> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(bytes.get(..end).unwrap_or_default())?;
    let status = head.split(' ').nth(1).ok_or("no status line")?.parse()?;
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .ok_or("an answer without content-length")?;
    Ok(Some((status, end + 4, length.1.trim().parse()?)))
}
