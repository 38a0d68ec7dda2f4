//! A host of pictures: each address has one of its own, and some have something else.

use std::sync::Arc;

use crate::server::{Answer, Listen, Request, Server, Site};

/// What stands at addresses that begin with these; everything else is a picture.
const PAGE: &str = "/page";
const LARGE: &str = "/large";
const GONE: &str = "/gone";
/// Bytes of a picture that is too large for anybody.
const LARGE_BYTES: usize = 100 << 20;

struct Pictures;

/// A JPEG by its content, and another one for each path.
#[must_use]
pub fn jpeg(path: &str) -> Vec<u8> {
    [b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", path.as_bytes(), b"\xff\xd9"].concat()
}

impl Site for Pictures {
    fn answer(&self, request: &Request) -> Answer {
        let path = request.path.as_str();
        if path.starts_with(GONE) {
            return Answer::html(404, "<html>Not here</html>");
        }
        if path.starts_with(PAGE) {
            return Answer::new(200, "image/jpeg", "<!DOCTYPE html><html>Please sign in</html>");
        }
        if path == "/to" {
            let mut answer = Answer::html(302, "");
            answer.set("location", request.query.as_str());
            return answer;
        }
        let mut picture = jpeg(path);
        if path.starts_with(LARGE) {
            picture.resize(LARGE_BYTES, 0);
        }
        // What it says it is counts for nothing.
        Answer::new(200, "application/octet-stream", picture)
    }
}

/// Serves them over plain HTTP on a free port of this machine.
#[must_use]
pub fn serve() -> Server {
    Server::start(Arc::new(Pictures), &Listen::default())
}
