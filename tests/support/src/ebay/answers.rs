//! Answers in JSON, and refusals: each error has a number, and may come with a row of its own.

use serde_json::{Value, json};

use crate::server::Answer;

/// Why a request or a row of it is refused.
#[derive(Clone, Debug)]
pub(crate) struct Wrong {
    pub(crate) status: u16,
    id: i64,
    message: String,
    parameters: Vec<(String, String)>,
}

pub(crate) fn wrong(status: u16, id: i64, message: impl Into<String>) -> Wrong {
    Wrong { status, id, message: message.into(), parameters: Vec::new() }
}

impl Wrong {
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn error(&self) -> Value {
        let domain = if self.id < 2_000 {
            "OAuth"
        } else if self.id == 2_001 {
            "ACCESS"
        } else {
            "API_INVENTORY"
        };
        let category = if self.id == 25_001 { "APPLICATION" } else { "REQUEST" };
        let mut error = json!({
            "errorId": self.id, "domain": domain, "subdomain": "Selling", "category": category, "message": self.message,
        });
        if !self.parameters.is_empty() {
            let parameter = |(name, value): &(String, String)| json!({"name": name, "value": value});
            error["parameters"] = self.parameters.iter().map(parameter).collect();
        }
        error
    }

    pub(crate) fn answer(&self) -> Answer {
        Answer::new(self.status, "application/json", json!({"errors": [self.error()]}).to_string())
    }
}

pub(crate) fn ok(value: &Value) -> Answer {
    with(200, value)
}

pub(crate) fn with(status: u16, value: &Value) -> Answer {
    Answer::new(status, "application/json", value.to_string())
}

/// 204.
pub(crate) fn nothing() -> Answer {
    let mut answer = Answer::new(204, "application/json", "");
    answer.remove("Content-Type");
    answer
}

/// The OAuth form of a refusal.
pub(crate) fn oauth_refusal(status: u16, error: &str, description: &str) -> Answer {
    with(status, &json!({"error": error, "error_description": description}))
}

/// `limit` and `offset`, where the offset is the number of a page.
pub(crate) fn page(
    limit: Option<String>,
    offset: Option<String>,
    default: usize,
    most: usize,
) -> Result<(usize, usize), Wrong> {
    let number = |text: Option<String>, default: usize| text.map_or(Some(default), |text| text.parse().ok());
    match (number(limit, default), number(offset, 0)) {
        (Some(limit), Some(offset)) if (1..=most).contains(&limit) => Ok((limit, offset)),
        _ => Err(wrong(400, 25706, format!("You have provided invalid pagination values. limit must be 1 to {most}."))),
    }
}
