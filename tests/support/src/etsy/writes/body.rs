//! Bodies in the three forms that Etsy takes.

use serde_json::Value;

use super::super::schema;
use super::bad;
use crate::server::{Answer, Request};

fn kind(request: &Request) -> &str {
    request.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// A form; JSON in its place has no parameter that Etsy would see.
pub(super) fn form(request: &Request, operation: &str) -> Result<Vec<(String, String)>, Answer> {
    let fields: Vec<(String, String)> = match kind(request).starts_with("application/x-www-form-urlencoded") {
        true => url::form_urlencoded::parse(&request.body).into_owned().collect(),
        false => Vec::new(),
    };
    schema::form(operation, &fields).map_err(bad)?;
    if fields.is_empty() {
        return Err(bad("Missing input parameter"));
    }
    Ok(fields)
}

pub(super) fn json(request: &Request, operation: &str, needs: &str) -> Result<Value, Answer> {
    let missing = || bad(format!("Missing input parameter: [{needs}]"));
    if !kind(request).contains("json") {
        return Err(missing());
    }
    let value: Value = serde_json::from_slice(&request.body).map_err(|_| missing())?;
    if value.get(needs).is_none() {
        return Err(missing());
    }
    schema::json(operation, &value).map_err(bad)?;
    Ok(value)
}

/// A part: its name, whether it is a file, and what is in it.
pub(super) struct Part {
    pub(super) name: String,
    pub(super) is_file: bool,
    pub(super) content: Vec<u8>,
}

pub(super) fn multipart(request: &Request) -> Result<Vec<Part>, Answer> {
    let boundary = kind(request).strip_prefix("multipart/form-data; boundary=");
    let boundary = boundary.ok_or_else(|| bad("multipart/form-data is expected"))?;
    let mark = format!("\r\n--{boundary}").into_bytes();
    // So that the first part begins like the others.
    let body = [b"\r\n", request.body.as_ref()].concat();
    let mut places: Vec<usize> = (0..body.len()).filter(|at| body[*at..].starts_with(&mark)).collect();
    let Some(end) = places.pop().filter(|end| body[end + mark.len()..].starts_with(b"--")) else {
        return Err(bad("the form does not end"));
    };
    let mut parts = Vec::new();
    for (at, from) in places.iter().enumerate() {
        let to = places.get(at + 1).copied().unwrap_or(end);
        let part = &body[from + mark.len() + 2..to];
        let Some(gap) = part.windows(4).position(|four| four == b"\r\n\r\n") else {
            return Err(bad("a part has no header"));
        };
        let head = String::from_utf8_lossy(&part[..gap]).into_owned();
        let name = head.split("name=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned();
        parts.push(Part { name, is_file: head.contains("filename=\""), content: part[gap + 4..].to_vec() });
    }
    Ok(parts)
}
