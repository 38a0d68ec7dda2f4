//! Recorded exchanges as a file that people read and edit: requests behind `>`, answers behind `<`.

use std::fmt::Write;

use anyhow::{Context, Result, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use entrepot_egress::{Asked, Response};

/// A request and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    pub method: String,
    /// As the adapter wrote it: credentials are added by the host, and are not in it.
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<Vec<u8>>,
    pub answer: Response,
}

/// Headers of answers that are kept: what an adapter may look at. The rest changes with every answer, or says who was asked.
const KEPT: [&str; 8] =
    ["content-type", "link", "retry-after", "location", "etag", "x-wp-total", "x-wp-totalpages", "x-total-count"];
/// In place of headers: the body is in base64.
const BINARY: &str = ":base64";

impl Exchange {
    pub fn new(asked: &Asked, answer: &Response) -> Self {
        let kept = |name: &str| KEPT.contains(&name) || name.contains("ratelimit") || name.contains("rate-limit");
        let headers = answer.headers.iter().filter(|(name, _)| kept(name)).cloned().collect();
        Self {
            method: asked.method.clone(),
            url: asked.url.clone(),
            headers: asked.headers.clone(),
            body: asked.body.clone(),
            answer: Response { headers, ..answer.clone() },
        }
    }
}

/// All exchanges of a file, in order.
pub fn parse(text: &str) -> Result<Vec<Exchange>> {
    let mut exchanges = Vec::new();
    let mut lines = text.split('\n').enumerate().peekable();
    while let Some((at, line)) = lines.next() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = || format!("line {}: {line:?}", at + 1);
        let head =
            line.strip_prefix("> ").with_context(|| format!("{}: a request begins with `> METHOD URL`", wrong()))?;
        let (method, url) = head.split_once(' ').with_context(|| format!("{}: `> METHOD URL`", wrong()))?;
        let mut side = |mark: char| {
            let mut found = Vec::new();
            while let Some((_, line)) = lines.next_if(|(_, line)| line.starts_with(mark)) {
                found.push(line[1..].strip_prefix(' ').unwrap_or(&line[1..]));
            }
            found
        };
        let (headers, body) = parts(&side('>')).with_context(wrong)?;
        let answer = side('<');
        let (status, rest) = answer.split_first().with_context(|| format!("{}: no answer follows", wrong()))?;
        let status = status.parse().with_context(|| format!("{}: the answer begins with `< STATUS`", wrong()))?;
        let (lines_of_answer, content) = parts(rest).with_context(wrong)?;
        let retry_after_ms = retry_after(&lines_of_answer);
        let answer = Response { status, headers: lines_of_answer, body: content.unwrap_or_default(), retry_after_ms };
        exchanges.push(Exchange { method: method.to_owned(), url: url.trim().to_owned(), headers, body, answer });
    }
    Ok(exchanges)
}

/// The host computes it anew from the header; this is for looking at recordings.
fn retry_after(headers: &[(String, String)]) -> Option<u64> {
    let (_, value) = headers.iter().find(|(name, _)| name == "retry-after")?;
    value.parse::<u64>().ok()?.checked_mul(1_000)
}

type Parts = (Vec<(String, String)>, Option<Vec<u8>>);

/// Headers, an empty line, the body.
fn parts(lines: &[&str]) -> Result<Parts> {
    let end = lines.iter().position(|line| line.trim().is_empty()).unwrap_or(lines.len());
    let mut headers = Vec::new();
    let mut binary = false;
    for line in &lines[..end] {
        if *line == BINARY {
            binary = true;
            continue;
        }
        let Some((name, value)) = line.split_once(':') else { bail!("{line:?} is no header: `name: value`") };
        headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
    }
    let Some(body) = lines.get(end + 1..) else { return Ok((headers, None)) };
    let text = body.join("\n");
    let body = if binary { BASE64.decode(text.trim()).context("the body is no base64")? } else { text.into_bytes() };
    Ok((headers, Some(body)))
}

/// What [`parse`] reads.
pub fn write(exchanges: &[Exchange]) -> Result<String> {
    let mut text = String::new();
    for Exchange { method, url, headers, body, answer } in exchanges {
        ensure!(!url.contains(char::is_whitespace), "an address with white space: {url:?}");
        let mut side = |mark: char, first: &str, headers: &[(String, String)], body: Option<&[u8]>| {
            let _ = writeln!(text, "{mark} {first}");
            for (name, value) in headers {
                let _ = writeln!(text, "{mark} {name}: {value}");
            }
            let Some(body) = body else { return };
            let body = match std::str::from_utf8(body) {
                Ok(body) => body.to_owned(),
                Err(_) => {
                    let _ = writeln!(text, "{mark} {BINARY}");
                    BASE64.encode(body)
                }
            };
            let _ = writeln!(text, "{mark}");
            for line in body.split('\n') {
                let _ = writeln!(text, "{}", format!("{mark} {line}").trim_end_matches(' '));
            }
        };
        side('>', &format!("{method} {url}"), headers, body.as_deref());
        let content = Some(answer.body.as_slice()).filter(|body| !body.is_empty());
        side('<', &answer.status.to_string(), &answer.headers, content);
        text.push('\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(body: &[u8]) -> Exchange {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Exchange {
            method: "POST".into(),
            url: "https://shop.example/api?page=1".into(),
            headers: Vec::new(),
            body: Some(b"{\"a\": 1}".to_vec()),
            answer: Response { status: 200, headers, body: body.to_vec(), retry_after_ms: None },
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for body in [&b"[1,\n2]\n"[..], b"", b"\xff\x00", b"< not\n> an end\n\n# nor this", b"a\r\nb"] {
            let all = vec![exchange(body), exchange(b"{}")];
            let text = write(&all).unwrap();
            assert_eq!(parse(&text).unwrap(), all, "{text}");
        }
    }

    #[test]
    fn mistakes_name_their_line() {
        for (text, words) in [
            ("GET https://a.example\n", "line 1"),
            ("# a\n> GET https://a.example\n", "no answer follows"),
            ("> GET https://a.example\n< ok\n", "`< STATUS`"),
            ("> GET https://a.example\n< 200\n< what\n", "is no header"),
        ] {
            let error = format!("{:#}", parse(text).unwrap_err());
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
