//! One bulk operation: started once, asked for until it has ended, started again where Shopify gave up on it.

use entrepot_guest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::client::{Client, user_errors};
use crate::documents::{BULK_POLL, BULK_RUN, filtered};

/// How often an operation is started in one run.
const MOST_TRIES: u32 = 4;

/// What the cursor holds of an operation: after a restart it is asked for, not started again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Job {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(default)]
    tries: u32,
}

#[derive(Debug)]
pub(crate) enum State {
    Running { roots: Option<u64> },
    Completed(Done),
}

#[derive(Debug)]
pub(crate) struct Done {
    /// `None`: nothing was found, and nothing was counted.
    pub(crate) url: Option<String>,
    pub(crate) roots: Option<u64>,
    /// Lines of the file.
    pub(crate) objects: Option<u64>,
}

impl State {
    pub(crate) fn roots(&self) -> Option<u64> {
        match self {
            Self::Running { roots } => *roots,
            Self::Completed(done) => done.roots.or(done.url.is_none().then_some(0)),
        }
    }
}

impl Job {
    /// Another one before it came to nothing.
    pub(crate) fn was_repeated(&self) -> bool {
        self.tries > 0
    }

    pub(crate) fn is_started(&self) -> bool {
        self.id.is_some()
    }

    /// `false`: all operations that the app may run at once are running.
    pub(crate) fn start<T: Transport>(
        &mut self,
        client: &Client<'_, T>,
        document: &str,
        filter: &str,
    ) -> Result<bool, Error> {
        let query = filtered(document, filter);
        let payload = client.change(BULK_RUN, json!({"query": query}), "bulkOperationRunQuery")?;
        let codes = payload.get("userErrors").and_then(Value::as_array).into_iter().flatten();
        let busy = |code: &Value| matches!(code.as_str(), Some("OPERATION_IN_PROGRESS" | "LIMIT_REACHED"));
        if codes.filter_map(|error| error.get("code")).any(busy) {
            return Ok(false);
        }
        if let Some(said) = user_errors(&payload) {
            return Err(Error::Other(format!("Shopify refuses the bulk operation: {said}")));
        }
        let id = payload.pointer("/bulkOperation/id").and_then(Value::as_str);
        let id = id.ok_or_else(|| Error::Unavailable("Shopify started a bulk operation without an id".to_owned()))?;
        self.id = Some(id.to_owned());
        Ok(true)
    }

    /// What has become of it. One that Shopify gave up on is to be started again.
    pub(crate) fn step<T: Transport>(&mut self, client: &Client<'_, T>) -> Result<State, Error> {
        match self.ask(client)? {
            Ok(state) => Ok(state),
            Err(why) => {
                self.again(why)?;
                Ok(State::Running { roots: None })
            }
        }
    }

    /// What has become of it. The inner error says why it has to be started again.
    pub(crate) fn ask<T: Transport>(&self, client: &Client<'_, T>) -> Result<Result<State, String>, Error> {
        let data = client.ask(BULK_POLL, json!({"id": self.id}))?.data;
        let Some(operation) = data.get("bulkOperation").filter(|operation| operation.is_object()) else {
            return Ok(Err("Shopify no longer knows the bulk operation".to_owned()));
        };
        let text = |field: &str| operation.get(field).and_then(Value::as_str);
        // Counts are texts: they may be larger than a float holds.
        let roots = text("rootObjectCount").and_then(|count| count.parse().ok());
        Ok(Ok(match text("status").unwrap_or_default() {
            "COMPLETED" => {
                let objects = text("objectCount").and_then(|count| count.parse().ok());
                let url = text("url").filter(|url| url.starts_with("http")).map(str::to_owned);
                // No file is an empty shop only where Shopify counted nothing, and left nothing behind.
                let counted = [roots, objects].into_iter().flatten().max();
                if url.is_none() && (counted != Some(0) || text("partialDataUrl").is_some()) {
                    let counted = counted.map_or_else(|| "no".to_owned(), |count| count.to_string());
                    return Ok(Err(format!("Shopify's bulk operation counts {counted} objects and has no file")));
                }
                // Of a file nobody counted, nobody knows whether it is whole.
                if url.is_some() && [roots, objects].into_iter().any(|count| count.is_none_or(|count| count == 0)) {
                    return Ok(Err("Shopify's bulk operation has a file and does not count what is in it".to_owned()));
                }
                State::Completed(Done { url, roots, objects })
            }
            "CREATED" | "RUNNING" | "CANCELING" => State::Running { roots },
            "FAILED" if text("errorCode") == Some("ACCESS_DENIED") => {
                return Err(Error::Unauthorized(
                    "The app may not read all that an import needs: give it the scopes read_products and read_inventory, and \
                     connect the shop again."
                        .to_owned(),
                ));
            }
            // What was written so far is not everything, and nothing may be concluded from it.
            "FAILED" => {
                let code = text("errorCode").unwrap_or("no code");
                return Ok(Err(format!("Shopify's bulk operation failed ({code})")));
            }
            // Nobody here cancels: Shopify gave up on a stalled one.
            status @ ("CANCELED" | "EXPIRED") => {
                return Ok(Err(format!("Shopify's bulk operation ended as {status}")));
            }
            other => {
                return Err(Error::Unavailable(format!("Shopify's bulk operation is {other:?}, which is not known")));
            }
        }))
    }

    /// It is to be started again, unless that has been done often enough.
    pub(crate) fn again(&mut self, why: String) -> Result<(), Error> {
        if self.tries + 1 >= MOST_TRIES {
            return Err(Error::Unavailable(format!(
                "{why}, {MOST_TRIES} times in a row; a new import may fare better"
            )));
        }
        self.tries += 1;
        self.id = None;
        Ok(())
    }
}
