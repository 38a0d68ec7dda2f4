//! Stand-ins for the host's imports, for an adapter's own tests: a shop that is a function, keys that are known, files in memory.

mod lines;

use std::cell::{Cell, RefCell};

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use crate::bindings::exchange::{Method, Request, Response};
use crate::bindings::files::{Chunk, File};
use crate::bindings::keys::Algorithm;
use crate::bindings::media::{Content, Part, Picture};
use crate::bindings::types::{Channel, Error};
use crate::{Files, Keys, Media, Transport};

/// What the shop answers, for each request.
type Answer<'a> = Box<dyn Fn(&Request) -> Result<Response, Error> + 'a>;

/// A host whose network is a function. Requests are kept.
pub struct TestHost<'a> {
    answer: Answer<'a>,
    keys: Vec<(String, Vec<u8>)>,
    asked: RefCell<Vec<Request>>,
    files: RefCell<Vec<Vec<String>>>,
    next: Cell<u64>,
    /// Addresses of pictures that were fetched, by their ids.
    pictures: RefCell<Vec<String>>,
}

impl<'a> TestHost<'a> {
    pub fn new(answer: impl Fn(&Request) -> Result<Response, Error> + 'a) -> Self {
        let answer: Answer<'a> = Box::new(answer);
        Self {
            answer,
            keys: Vec::new(),
            asked: RefCell::default(),
            files: RefCell::default(),
            next: Cell::new(0),
            pictures: RefCell::default(),
        }
    }

    /// Without a network.
    pub fn offline() -> Self {
        Self::new(|request| Err(Error::Denied(format!("{} was asked for, and there is no network", request.url))))
    }

    /// The key of a slot, as bytes: what the manifest says of its encoding is the host's business.
    #[must_use]
    pub fn key(mut self, slot: &str, key: impl Into<Vec<u8>>) -> Self {
        self.keys.push((slot.to_owned(), key.into()));
        self
    }

    /// All requests so far.
    pub fn asked(&self) -> Vec<Request> {
        self.asked.borrow().clone()
    }

    fn key_of(&self, slot: &str) -> Result<&[u8], Error> {
        let key = self.keys.iter().find(|(name, _)| name == slot).map(|(_, key)| key.as_slice());
        key.ok_or_else(|| Error::Denied(format!("the channel has no key `{slot}`")))
    }

    fn keep(&self, lines: Vec<String>) -> File {
        let size = lines.iter().map(|line| line.len() as u64 + 1).sum();
        self.files.borrow_mut().push(lines);
        self.next.set(self.next.get() + 1);
        File { id: (self.next.get() - 1).to_string(), size }
    }

    fn file(&self, id: &str) -> Result<Vec<String>, Error> {
        let files = self.files.borrow();
        let known = id.parse().ok().and_then(|id: usize| files.get(id));
        known.cloned().ok_or(Error::NotFound)
    }
}

impl Transport for TestHost<'_> {
    fn send(&self, request: &Request) -> Result<Response, Error> {
        self.asked.borrow_mut().push(request.clone());
        (self.answer)(request)
    }
}

impl Keys for TestHost<'_> {
    fn mac(&self, slot: &str, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, Error> {
        let key = self.key_of(slot)?;
        Ok(match algorithm {
            Algorithm::HmacSha1 => sign::<Hmac<Sha1>>(key, message),
            Algorithm::HmacSha256 => sign::<Hmac<Sha256>>(key, message),
            Algorithm::HmacSha512 => sign::<Hmac<Sha512>>(key, message),
        })
    }

    fn verify_mac(&self, slot: &str, algorithm: Algorithm, message: &[u8], sent: &[u8]) -> Result<bool, Error> {
        Ok(self.mac(slot, algorithm, message)? == sent)
    }

    fn digest_sha256(&self, parts: &[Vec<u8>]) -> Vec<u8> {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        hasher.finalize().to_vec()
    }
}

impl Files for TestHost<'_> {
    fn download(&self, request: &Request) -> Result<File, Error> {
        let response = self.send(request)?;
        if request.credential.is_none() && matches!(response.status, 400 | 401 | 403 | 404 | 410) {
            // A link that carries its own permission, and has expired.
            return Err(Error::NotFound);
        }
        let response = crate::http::classify(response)?;
        let text = String::from_utf8_lossy(&response.body);
        Ok(self.keep(text.lines().map(str::to_owned).collect()))
    }

    fn read_lines(&self, id: &str, offset: u64, max_bytes: u32) -> Result<Chunk, Error> {
        Ok(lines::chunk(&self.file(id)?, offset, max_bytes))
    }

    fn group_lines(&self, id: &str, id_key: &str, parent_key: &str) -> Result<File, Error> {
        let grouped = lines::group(self.file(id)?, id_key, parent_key)?;
        Ok(self.keep(grouped))
    }
}

/// Pictures are their addresses; a form is JSON of its parts.
impl Media for TestHost<'_> {
    fn fetch_media(&self, url: &str) -> Result<Picture, Error> {
        let get = Request { method: Method::Get, url: url.to_owned(), headers: vec![], body: None, credential: None };
        crate::http::classify(self.send(&get)?)?;
        self.pictures.borrow_mut().push(url.to_owned());
        Ok(Picture {
            id: (self.pictures.borrow().len() - 1).to_string(),
            size: 1,
            content_type: "image/jpeg".to_owned(),
        })
    }

    fn upload_form(&self, request: &Request, parts: &[Part]) -> Result<Response, Error> {
        let pictures = self.pictures.borrow();
        let said = |part: &Part| {
            let content = match &part.content {
                Content::Text(text) => text.clone(),
                Content::Picture(id) => {
                    id.parse().ok().and_then(|id: usize| pictures.get(id)).cloned().unwrap_or_default()
                }
            };
            (part.name.clone(), serde_json::Value::String(content))
        };
        let form: serde_json::Map<_, _> = parts.iter().map(said).collect();
        let body = serde_json::Value::Object(form).to_string().into_bytes();
        drop(pictures);
        self.send(&Request { body: Some(body), ..request.clone() })
    }
}

fn sign<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Vec<u8> {
    // HMAC takes keys of any length; the `Result` is of the trait.
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else { return Vec::new() };
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

/// A channel with those settings, in JSON.
pub fn channel(settings: &str) -> Channel {
    Channel {
        id: "chn_test".to_owned(),
        bindings: Vec::new(),
        currency: None,
        locale: None,
        settings: settings.to_owned(),
    }
}

/// An answer of JSON.
pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Response {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    Response { status, headers, body: body.into(), retry_after: None }
}
