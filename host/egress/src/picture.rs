//! What a picture is by its content, and how much of one is taken.

use crate::download::Sink;
use crate::exchange::Failure;

/// More than marketplaces take of one.
pub const MOST_PICTURE_BYTES: u64 = 20 << 20;
/// By so many bytes each kind is known.
const HEAD: usize = 12;

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PictureFailure {
    /// Another try may fare better, or the host refuses to try.
    Failed(Failure),
    /// The same address will give none again: a code and why.
    Unfit(&'static str, String),
}

impl From<Failure> for PictureFailure {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// What its first bytes say it is; markup is none, whatever it draws.
pub(crate) fn content_type(head: &[u8]) -> Option<&'static str> {
    match head {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some("image/png"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', b'f' | b's', ..] => Some("image/avif"),
        _ => None,
    }
}

/// Takes a picture and nothing else, of a bounded size.
pub(crate) struct Taking<'s> {
    sink: &'s mut dyn Sink,
    head: Vec<u8>,
    taken: u64,
    /// Why no more was taken.
    pub(crate) unfit: Option<(&'static str, String)>,
}

impl<'s> Taking<'s> {
    pub(crate) fn new(sink: &'s mut dyn Sink) -> Self {
        Self { sink, head: Vec::with_capacity(HEAD), taken: 0, unfit: None }
    }

    fn refuse(&mut self, code: &'static str, why: String) -> Failure {
        self.unfit = Some((code, why.clone()));
        Failure::Unusable(why)
    }

    /// All of it came.
    pub(crate) fn finish(&mut self) -> Result<&'static str, Failure> {
        match content_type(&self.head) {
            Some(found) if self.head.len() == HEAD => Ok(found),
            _ => Err(self.no_image()),
        }
    }

    fn no_image(&mut self) -> Failure {
        let words: String =
            String::from_utf8_lossy(&self.head).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.refuse(
            "picture-not-an-image",
            format!("what is there is no JPEG, PNG, GIF, WebP or AVIF picture: it begins with {words:?}"),
        )
    }
}

impl Sink for Taking<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.taken += bytes.len() as u64;
        if self.taken > MOST_PICTURE_BYTES {
            let most = MOST_PICTURE_BYTES >> 20;
            return Err(
                self.refuse("picture-too-large", format!("the picture has more than {most} MiB; make it smaller"))
            );
        }
        let missing = HEAD.saturating_sub(self.head.len());
        self.head.extend_from_slice(&bytes[..bytes.len().min(missing)]);
        // The rest of what is none is not waited for.
        if self.head.len() == HEAD && content_type(&self.head).is_none() {
            return Err(self.no_image());
        }
        self.sink.write(bytes)
    }

    fn restart(&mut self) -> Result<(), Failure> {
        self.head.clear();
        self.taken = 0;
        self.sink.restart()
    }
}

#[cfg(test)]
mod tests {
    use super::content_type;

    #[test]
    fn pictures_are_known_by_their_first_bytes() {
        for (head, kind) in [
            (&b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01"[..], Some("image/jpeg")),
            (b"\x89PNG\r\n\x1a\n\0\0\0\r", Some("image/png")),
            (b"GIF89a\x01\0\x01\0\0\0", Some("image/gif")),
            (b"RIFF\x1a\0\0\0WEBP", Some("image/webp")),
            (b"\0\0\0\x20ftypavif", Some("image/avif")),
            (b"<!DOCTYPE ht", None),
            (b"<svg xmlns=\"", None),
            (b"%PDF-1.7\n%\xe2\xe3", None),
            (b"\xff\xd8", None),
            (b"", None),
        ] {
            assert_eq!(content_type(head), kind, "{head:?}");
        }
    }
}
