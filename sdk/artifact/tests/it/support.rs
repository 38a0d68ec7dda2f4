//! Made-up artifacts, and an http server that misbehaves on request.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use entrepot_artifact::registry::PublishOptions;
use entrepot_artifact::{Artifact, SecretKey, sign};

pub(crate) const HEADER: &[u8] = b"\0asm\x0d\0\x01\0";

pub(crate) fn manifest(id: &str, version: &str) -> String {
    format!(
        "id = {id:?}\nname = \"Example\"\npublisher = \"acme\"\nversion = {version:?}\nworld = \"entrepot:adapter@0.1.0\"\n"
    )
}

/// A custom section, written independently of the crate.
pub(crate) fn section(name: &str, data: &[u8]) -> Vec<u8> {
    let mut body = leb(name.len());
    body.extend_from_slice(name.as_bytes());
    body.extend_from_slice(data);
    [vec![0], leb(body.len()), body].concat()
}

pub(crate) fn leb(mut value: usize) -> Vec<u8> {
    let mut out = Vec::new();
    while value > 0x7f {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

/// A component with code in it and this manifest.
pub(crate) fn component(manifest: &str) -> Vec<u8> {
    let mut bytes = wat::parse_str("(component (core module (func (export \"f\") (result i32) i32.const 7)))").unwrap();
    bytes.extend(section("entrepot:manifest", manifest.as_bytes()));
    bytes
}

pub(crate) fn unsigned(id: &str, version: &str) -> Vec<u8> {
    component(&manifest(id, version))
}

pub(crate) fn key() -> SecretKey {
    SecretKey::generate("acme").unwrap()
}

pub(crate) fn signed(id: &str, version: &str, key: &SecretKey) -> Artifact {
    Artifact::read(sign(unsigned(id, version), key).unwrap()).unwrap()
}

/// 2026-03-01T12:00:00Z.
pub(crate) fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_772_366_400)
}

pub(crate) fn publish_options() -> PublishOptions {
    PublishOptions::at(now())
}

pub(crate) fn empty_registry() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("registry.toml"), "format = 1\nname = \"test\"\n").unwrap();
    folder
}

#[derive(Clone)]
pub(crate) enum Answer {
    Body(Vec<u8>),
    Status(u16),
    /// Declares all of it and closes the connection after so many bytes.
    CutOff(Vec<u8>, usize),
    Redirect(String),
    /// 401, asking for this.
    Challenge(String),
    /// Without a length, for ever.
    Endless,
    Silence,
}

/// Answers GET by path, on the loopback address, as long as the process lives.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    answers: Arc<Mutex<HashMap<String, Answer>>>,
    asked: Arc<Mutex<Vec<(String, Option<String>)>>>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answers = Arc::new(Mutex::new(HashMap::<String, Answer>::new()));
        let (known, asked) = (answers.clone(), Arc::new(Mutex::new(Vec::new())));
        let heard = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (known, heard) = (known.clone(), heard.clone());
                std::thread::spawn(move || {
                    let mut lines = BufReader::new(&stream).lines();
                    let first = lines.next().unwrap().unwrap_or_default();
                    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
                    let mut authorization = None;
                    for line in lines.map_while(Result::ok).take_while(|line| !line.is_empty()) {
                        if let Some(("authorization", value)) = line.split_once(": ") {
                            authorization = Some(value.to_owned());
                        }
                    }
                    heard.lock().unwrap().push((path.clone(), authorization));
                    let answer = known.lock().unwrap().get(&path).cloned().unwrap_or(Answer::Status(404));
                    let _ = reply(&stream, answer);
                });
            }
        });
        Self { address, answers, asked }
    }

    /// Serves a registry folder, with `path` answered otherwise afterwards if wanted.
    pub(crate) fn serve(folder: &std::path::Path) -> Self {
        let server = Self::start();
        let mut todo = vec![folder.to_owned()];
        while let Some(path) = todo.pop() {
            if path.is_dir() {
                todo.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                server.answer(&format!("/{name}"), Answer::Body(std::fs::read(path).unwrap()));
            }
        }
        server
    }

    pub(crate) fn answer(&self, path: &str, answer: Answer) {
        self.answers.lock().unwrap().insert(path.to_owned(), answer);
    }

    /// Paths in order, each with what authenticated it.
    pub(crate) fn asked(&self) -> Vec<(String, Option<String>)> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

fn reply(mut stream: &std::net::TcpStream, answer: Answer) -> std::io::Result<()> {
    let head = |status: u16, more: &str| format!("HTTP/1.1 {status} X\r\nconnection: close\r\n{more}\r\n");
    match answer {
        Answer::Body(body) => {
            stream.write_all(head(200, &format!("content-length: {}\r\n", body.len())).as_bytes())?;
            stream.write_all(&body)
        }
        Answer::Status(status) => stream.write_all(head(status, "content-length: 0\r\n").as_bytes()),
        Answer::CutOff(body, at) => {
            stream.write_all(head(200, &format!("content-length: {}\r\n", body.len())).as_bytes())?;
            stream.write_all(&body[..at])
        }
        Answer::Redirect(to) => {
            stream.write_all(head(302, &format!("location: {to}\r\ncontent-length: 0\r\n")).as_bytes())
        }
        Answer::Challenge(challenge) => {
            stream.write_all(head(401, &format!("www-authenticate: {challenge}\r\ncontent-length: 0\r\n")).as_bytes())
        }
        Answer::Endless => {
            stream.write_all(head(200, "").as_bytes())?;
            loop {
                stream.write_all(&[b' '; 65536])?;
            }
        }
        Answer::Silence => {
            std::thread::sleep(Duration::from_secs(20));
            Ok(())
        }
    }
}
