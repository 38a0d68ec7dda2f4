//! Bodies of multipart/form-data.

use sha2::{Digest as _, Sha256};

use crate::exchange::Failure;

/// Characters of a name.
const MAX_NAME_LEN: usize = 100;
/// More than any form has fields.
pub const MAX_PARTS: usize = 100;

/// A part of a form.
#[derive(Clone, Debug)]
pub struct Part {
    pub name: String,
    /// Of a file: its name and what it is.
    pub file: Option<(String, &'static str)>,
    pub content: Vec<u8>,
}

/// A body, and what it says it is.
#[derive(Clone, Debug)]
pub struct Form {
    pub content_type: String,
    pub body: Vec<u8>,
}

impl Form {
    /// The same for the same parts.
    pub fn of(parts: &[Part]) -> Result<Self, Failure> {
        if parts.len() > MAX_PARTS {
            return Err(Failure::denied(format!("a form of more than {MAX_PARTS} parts")));
        }
        let boundary = boundary(parts);
        let size: usize = parts.iter().map(|part| part.content.len() + 400).sum();
        let mut body = Vec::with_capacity(size);
        for part in parts {
            plain("name", &part.name)?;
            body.extend_from_slice(
                format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", part.name).as_bytes(),
            );
            if let Some((name, content_type)) = &part.file {
                plain("file name", name)?;
                body.extend_from_slice(format!("; filename=\"{name}\"\r\nContent-Type: {content_type}").as_bytes());
            }
            body.extend_from_slice(b"\r\n\r\n");
            body.extend_from_slice(&part.content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        Ok(Self { content_type: format!("multipart/form-data; boundary={boundary}"), body })
    }
}

/// Of what stands in the parts: no part can hold it.
fn boundary(parts: &[Part]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        for bytes in [part.name.as_bytes(), &part.content] {
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        }
    }
    let hex: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("entrepot-{hex}")
}

/// A name is no place for the end of a header.
fn plain(what: &str, name: &str) -> Result<(), Failure> {
    let good = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\');
    if name.is_empty() || name.len() > MAX_NAME_LEN || !name.chars().all(good) {
        let shown: String = name.chars().take(MAX_NAME_LEN).collect();
        return Err(Failure::denied(format!(
            "the {what} {shown:?} of a form's part: 1 to {MAX_NAME_LEN} letters, digits and signs without quotes are possible"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, content: &str) -> Part {
        Part { name: name.into(), file: None, content: content.into() }
    }

    #[test]
    fn parts_come_in_their_order_and_the_same_are_the_same() {
        let picture = Part { file: Some(("a.jpg".into(), "image/jpeg")), ..part("image", "\u{fffd}") };
        let parts = [picture, part("rank", "1")];
        let form = Form::of(&parts).unwrap();
        let boundary = form.content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
        let text = String::from_utf8(form.body.clone()).unwrap();
        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n\u{fffd}\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"rank\"\r\n\r\n1\r\n--{boundary}--\r\n"
        );
        assert_eq!(text, expected);
        assert_eq!(Form::of(&parts).unwrap().body, form.body);
        assert_ne!(
            Form::of(&[part("rank", "2")]).unwrap().content_type,
            Form::of(&[part("rank", "1")]).unwrap().content_type
        );
    }

    #[test]
    fn names_end_no_header() {
        for name in ["", "a\"; name=\"b", "a\r\nb", "a b", "ä", &"x".repeat(101)] {
            assert!(matches!(Form::of(&[part(name, "")]), Err(Failure::Denied(_))), "{name}");
        }
        assert!(Form::of(&vec![part("a", ""); 101]).is_err());
    }
}
