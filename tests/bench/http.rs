//! As little of HTTP as a host that serves is measured with.

use anyhow::{Result, anyhow, ensure};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The value of the first header of that name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
    }
}

pub(crate) async fn connect(host: &str) -> Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect(host).await?;
    stream.set_nodelay(true)?;
    Ok(BufReader::new(stream))
}

/// Its answer has a length.
pub(crate) async fn exchange(stream: &mut BufReader<TcpStream>, request: &[u8]) -> Result<Answer> {
    stream.get_mut().write_all(request).await?;
    let (mut head, mut line) = (String::new(), String::new());
    loop {
        line.clear();
        ensure!(stream.read_line(&mut line).await? > 0, "the connection ended");
        if line.trim_end().is_empty() {
            break;
        }
        head.push_str(&line);
    }
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let mut answer =
        Answer { status: status.ok_or_else(|| anyhow!("an answer without a status"))?, head, body: Vec::new() };
    answer.body = vec![0; answer.header("content-length").map_or(Ok(0), str::parse)?];
    stream.read_exact(&mut answer.body).await?;
    Ok(answer)
}
