//! Pictures of the listings in hand, as a trait, so that what an adapter does with them can be tested without a host.

use crate::bindings::exchange::{Request, Response};
use crate::bindings::media::{self, Content, Part, Picture};
use crate::bindings::types::Error;
use crate::transport::{Host, outside};

pub trait Media {
    /// Only an address that stands in a listing this call was given. What is wrong with the picture itself is [`Error::Invalid`].
    fn fetch_media(&self, url: &str) -> Result<Picture, Error>;

    /// The request with a form for a body. Pictures among the parts are let go, whatever the answer.
    fn upload_form(&self, request: &Request, parts: &[Part]) -> Result<Response, Error>;
}

impl Media for Host {
    fn fetch_media(&self, url: &str) -> Result<Picture, Error> {
        if cfg!(target_arch = "wasm32") { media::fetch_media(url) } else { Err(outside("media")) }
    }

    fn upload_form(&self, request: &Request, parts: &[Part]) -> Result<Response, Error> {
        if cfg!(target_arch = "wasm32") { media::upload_form(request, parts) } else { Err(outside("media")) }
    }
}

/// A field of a form.
pub fn text_part(name: &str, text: impl Into<String>) -> Part {
    Part { name: name.to_owned(), filename: None, content: Content::Text(text.into()) }
}

/// A picture that was fetched.
pub fn picture_part(name: &str, picture: &Picture) -> Part {
    Part { name: name.to_owned(), filename: None, content: Content::Picture(picture.id.clone()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_of_a_component_there_are_no_pictures() {
        assert!(matches!(Host.fetch_media("https://a.example/a.jpg"), Err(Error::Denied(_))));
    }
}
