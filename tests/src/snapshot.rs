//! Bodies as snapshots: what differs from run to run is replaced.

use serde_json::Value;

/// Holds a JSON body against `snapshots/<name>.snap` beside the test. `INSTA_UPDATE=always` writes it anew.
#[macro_export]
macro_rules! assert_body {
    ($name:expr, $body:expr) => {{
        let body = $crate::redacted(&$body);
        $crate::insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            $crate::insta::assert_json_snapshot!($name, body);
        });
    }};
}

/// What a run measures, and what an adapter, a shop or the machine says: none of it is the host's.
const REPLACED: [&str; 15] = [
    "asked",
    "authorize_url",
    "body",
    "credentials",
    "digest",
    "headers",
    "keys",
    "manifest",
    "rate",
    "raw",
    "rules",
    "seconds",
    "size",
    "spent_us",
    "toolchain",
];

/// The same with ids, times, addresses and digests replaced.
pub fn redacted(body: &Value) -> Value {
    match body {
        Value::Object(fields) => {
            let redact = |name: &str, value: &Value| match name {
                _ if is_nothing(value) => value.clone(),
                "next" => "[cursor]".into(),
                name if REPLACED.contains(&name) => format!("[{name}]").into(),
                _ => redacted(value),
            };
            fields.iter().map(|(name, value)| (name.clone(), redact(name, value))).collect()
        }
        Value::Array(all) => all.iter().map(redacted).collect(),
        Value::Number(number) if number.as_i64().is_some_and(is_time) => "[time]".into(),
        Value::String(text) => text_redacted(text).into(),
        other => other.clone(),
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Array(all) => all.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        other => other.is_null(),
    }
}

/// Milliseconds of these years; nothing else that is answered is as large.
fn is_time(number: i64) -> bool {
    (1_500_000_000_000..3_000_000_000_000).contains(&number)
}

fn text_redacted(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while !rest.is_empty() {
        let word = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (token, tail) = rest.split_at(word);
        match token.split_once('_') {
            Some((kind, id)) if is_id(id) => out.push_str(&format!("{kind}_[id]")),
            _ if token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit()) => out.push_str("[digest]"),
            _ => out.push_str(token),
        }
        let other = tail.find(|c: char| c.is_ascii_alphanumeric() || c == '_').unwrap_or(tail.len());
        let (between, tail) = tail.split_at(other);
        out.push_str(between);
        rest = tail;
        if between == ":" && (out.ends_with("127.0.0.1:") || out.ends_with("localhost:")) {
            let port = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            if port > 0 {
                out.push_str("[port]");
                rest = &rest[port..];
            }
        }
    }
    out
}

fn is_id(text: &str) -> bool {
    text.len() == 26 && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::redacted;

    #[test]
    fn what_differs_from_run_to_run_is_replaced() {
        let body = json!({
            "id": "chn_01kaz6q2v3w4x5y6z7a8b9c0d1",
            "at": 1_796_000_000_000_i64,
            "count": 120,
            "text": "http://127.0.0.1:41234/shop says chn_01kaz6q2v3w4x5y6z7a8b9c0d1, twice",
            "next": "b2Zmc2V0",
            "seconds": 0.061,
            "gone": null,
        });
        let expected = json!({
            "id": "chn_[id]",
            "at": "[time]",
            "count": 120,
            "text": "http://127.0.0.1:[port]/shop says chn_[id], twice",
            "next": "[cursor]",
            "seconds": "[seconds]",
            "gone": null,
        });
        assert_eq!(redacted(&body), expected);
    }
}
