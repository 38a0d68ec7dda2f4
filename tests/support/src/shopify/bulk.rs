//! Bulk operations: a query that runs by itself and leaves a file of JSON lines.

mod lines;
mod rules;

use hyper::body::Bytes;
use serde_json::{Value, json};

use super::deliveries;
use super::execute::Parsed;
use super::state::State;
use super::time::iso;
use super::tree::{Forest, Held, Missing, gid, scalar};
use crate::server::{Answer, Request};

/// How an operation ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Completed,
    /// With this code. Half of the lines are in the file of `partialDataUrl`, if any.
    Failed {
        code: &'static str,
        partial: bool,
    },
    /// Shopify gave up on it.
    Canceled,
    Expired,
    /// Completed, and its file ends in the middle.
    CutOff,
    /// Completed, and there is no file behind the address.
    Vanished,
    /// Runs until the test ends.
    Stalled,
}

/// The order of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As the objects were found, children behind their parent.
    Grouped,
    /// Any order, by this number: children come before their parents too.
    Shuffled(u64),
}

#[derive(Debug)]
pub(super) struct Operation {
    pub(super) id: u64,
    query: String,
    ending: Ending,
    created_at: i64,
    /// How often it is still asked for before it has ended.
    polls: u32,
    /// Whether `bulk_operations/finish` was sent.
    told: bool,
    file: Bytes,
    objects: usize,
    roots: usize,
}

impl Operation {
    pub(super) fn running(&self) -> bool {
        self.polls > 0 || self.ending == Ending::Stalled
    }

    fn status(&self) -> &'static str {
        if self.running() {
            return "RUNNING";
        }
        match self.ending {
            Ending::Failed { .. } => "FAILED",
            Ending::Canceled => "CANCELED",
            Ending::Expired => "EXPIRED",
            _ => "COMPLETED",
        }
    }

    pub(super) fn field<'a>(&self, name: &str, forest: &Forest<'a>) -> Option<Held<'a>> {
        let ended = !self.running();
        let address = || {
            let signed = forest.state.expiries;
            format!(
                "{}/bulk/{}.jsonl?Expires=1798761600&Signature=s{signed}-{:08x}",
                forest.origin,
                self.id,
                self.id ^ signed
            )
        };
        let code = match self.ending {
            Ending::Failed { code, .. } if ended => Some(code),
            _ => None,
        };
        let completed = ended && self.status() == "COMPLETED";
        let count = |count: usize| Value::String(if ended { count } else { count / 2 }.to_string());
        scalar(match name {
            "id" => gid("BulkOperation", self.id).into(),
            "type" => "QUERY".into(),
            "query" => self.query.clone().into(),
            "status" => self.status().into(),
            "errorCode" => json!(code),
            "createdAt" => iso(self.created_at).into(),
            "completedAt" if completed => iso(self.created_at + 1).into(),
            "completedAt" => Value::Null,
            "objectCount" => count(self.objects),
            "rootObjectCount" => count(self.roots),
            "fileSize" if completed && self.objects > 0 => self.file.len().to_string().into(),
            "fileSize" => Value::Null,
            "url" if completed && self.objects > 0 => address().into(),
            "partialDataUrl" if ended && matches!(self.ending, Ending::Failed { partial: true, .. }) => {
                address().into()
            }
            "url" | "partialDataUrl" => Value::Null,
            _ => return None,
        })
    }
}

/// `bulkOperationRunQuery`: the id, or a user error's code and message.
pub(super) fn start(state: &mut State, query: &str, grouped: bool) -> Result<u64, (&'static str, String)> {
    let parsed = Parsed::of(query).map_err(|message| ("INVALID", format!("Invalid bulk query: {message}")))?;
    rules::check(&parsed).map_err(|message| ("INVALID", message))?;
    if let Err(errors) = super::schema::validate(query, &json!({})) {
        let messages: Vec<_> = errors.iter().filter_map(|error| error["message"].as_str()).collect();
        return Err(("INVALID", format!("Invalid bulk query: {}", messages.join("; "))));
    }
    let running: Vec<_> =
        state.operations.iter().filter(|operation| operation.running()).map(|operation| operation.id).collect();
    if running.len() >= state.options.bulk_at_once {
        return Err(if state.options.bulk_at_once == 1 {
            let message = format!(
                "A bulk query operation for this app and shop is already in progress: {}.",
                gid("BulkOperation", running[0])
            );
            ("OPERATION_IN_PROGRESS", message)
        } else {
            ("LIMIT_REACHED", "Bulk operations limit reached. Please try again later.".to_owned())
        });
    }
    let id = state.id();
    let ending = if state.endings.is_empty() { Ending::Completed } else { state.endings.remove(0) };
    let order = if grouped { Order::Grouped } else { state.options.bulk_order };
    let (ending, written) = match lines::write(state, &parsed, order) {
        Ok(written) => (ending, written),
        Err(Missing::Denied(_)) => {
            (Ending::Failed { code: "ACCESS_DENIED", partial: false }, lines::Written::default())
        }
        Err(Missing::Wrong(why)) => return Err(("INVALID", why)),
        Err(Missing::Unsimulated(field)) => return Err(("INVALID", format!("{field} is not simulated"))),
    };
    let half = matches!(ending, Ending::Failed { .. } | Ending::CutOff);
    let file = if half { written.file.slice(..written.half) } else { written.file };
    let created_at = state.options.seconds();
    state.operations.push(Operation {
        id,
        query: query.to_owned(),
        ending,
        created_at,
        polls: state.options.bulk_polls,
        told: false,
        file,
        objects: written.objects,
        roots: written.roots,
    });
    Ok(id)
}

/// Somebody asked for it: that much nearer to its end.
pub(super) fn asked_for(state: &mut State, id: u64) {
    let Some(operation) = state.operations.iter_mut().find(|operation| operation.id == id) else { return };
    operation.polls = operation.polls.saturating_sub(1);
    if operation.running() || operation.told {
        return;
    }
    operation.told = true;
    let (status, ending, created) = (operation.status().to_lowercase(), operation.ending, operation.created_at);
    let code = match ending {
        Ending::Failed { code, .. } => Some(code.to_lowercase()),
        _ => None,
    };
    deliveries::finished(state, id, &status, code.as_deref(), created);
}

/// A signed address. Whoever sends a token along, or has an old address, is refused as the storage does it.
pub(super) fn serve(state: &State, request: &Request) -> Answer {
    let refused = |status: u16, code: &str| {
        let body = format!("<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code></Error>");
        Answer::new(status, "application/xml; charset=UTF-8", body)
    };
    let foreign = ["x-shopify-access-token", "authorization"];
    if foreign.iter().any(|name| request.headers.contains_key(*name)) {
        return refused(400, "InvalidArgument");
    }
    let id: Option<u64> =
        request.path.strip_prefix("/bulk/").and_then(|path| path.strip_suffix(".jsonl")?.parse().ok());
    let Some(operation) = state.operations.iter().find(|operation| Some(operation.id) == id) else {
        return refused(404, "NoSuchKey");
    };
    let signed = format!("s{}-{:08x}", state.expiries, operation.id ^ state.expiries);
    if request.parameter("Signature").as_deref() != Some(&signed) {
        return refused(403, "ExpiredToken");
    }
    if operation.ending == Ending::Vanished {
        return refused(404, "NoSuchKey");
    }
    Answer::new(200, "application/jsonl", operation.file.clone())
}
