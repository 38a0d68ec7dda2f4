//! Recorded answers in the network's place, and the recording of new ones.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use entrepot_egress::{Asked, Failure, Intercept, Response};
use url::Url;

use crate::fault::Fault;
use crate::recording::Exchange;

/// Answers from a recording. The same request is answered as often as it was recorded, and then as the last time.
pub struct Replay {
    exchanges: Vec<Exchange>,
    faults: Vec<Fault>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// How often each recorded request was asked.
    asked: HashMap<String, usize>,
    missing: Vec<String>,
    requests: usize,
    /// Operation, method and address of each.
    seen: BTreeSet<(String, String, String)>,
}

impl Replay {
    pub fn new(exchanges: Vec<Exchange>, faults: Vec<Fault>) -> Self {
        Self { exchanges, faults, state: Mutex::default() }
    }

    /// Requests that are not in the recording, each with what comes nearest.
    pub fn missing(&self) -> Vec<String> {
        self.state().missing.clone()
    }

    pub fn requests(&self) -> usize {
        self.state().requests
    }

    /// What was asked for: operation, method and address.
    pub fn asked(&self) -> BTreeSet<(String, String, String)> {
        self.state().seen.clone()
    }

    /// How often this address was asked for.
    pub fn times(&self, method: &str, url: &str) -> usize {
        self.state().asked.get(&key(method, url, None)).copied().unwrap_or_default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, asked: &Asked) -> Option<&Exchange> {
        let key = key(&asked.method, &asked.url, asked.body.as_deref());
        let same: Vec<&Exchange> = self
            .exchanges
            .iter()
            .filter(|known| self::key(&known.method, &known.url, known.body.as_deref()) == key)
            .collect();
        let mut state = self.state();
        state.requests += 1;
        state.seen.insert((asked.operation.clone(), asked.method.clone(), asked.url.clone()));
        let times = state.asked.entry(key).or_default();
        let found = same.get((*times).min(same.len().saturating_sub(1))).copied();
        *times += 1;
        found
    }
}

#[async_trait]
impl Intercept for Replay {
    async fn answer(&self, asked: &Asked) -> Option<Result<Response, Failure>> {
        let Some(exchange) = self.find(asked) else {
            let what = unknown(asked, &self.exchanges);
            self.state().missing.push(what.clone());
            return Some(Err(Failure::Unavailable(what)));
        };
        let fault = self.faults.iter().find(|fault| fault.is_for(&asked.method, &asked.url));
        Some(match fault {
            Some(fault) => fault.kind.apply(&exchange.answer),
            None => Ok(exchange.answer.clone()),
        })
    }

    fn replays(&self) -> bool {
        true
    }

    fn answered(&self, _: &Asked, _: &Response) {}
}

/// Lets everything through and keeps it.
#[derive(Default)]
pub struct Recorder(Mutex<Vec<Exchange>>);

impl Recorder {
    pub fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Intercept for Recorder {
    async fn answer(&self, _: &Asked) -> Option<Result<Response, Failure>> {
        None
    }

    fn replays(&self) -> bool {
        false
    }

    fn answered(&self, asked: &Asked, response: &Response) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Exchange::new(asked, response));
    }
}

/// What makes two requests the same: the order of parameters does not, nor how a JSON body is written.
fn key(method: &str, url: &str, body: Option<&[u8]>) -> String {
    let (place, query) = url.split_once('?').unwrap_or((url, ""));
    let body = body.unwrap_or_default();
    let body = match serde_json::from_slice::<serde_json::Value>(body) {
        Ok(json) => json.to_string(),
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    format!("{method} {place}?{}\n{body}", parameters(query).join("&"))
}

fn parameters(query: &str) -> Vec<String> {
    let mut all: Vec<String> = query.split('&').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    all.sort();
    all
}

/// The request, and how the recorded one that comes nearest differs from it.
fn unknown(asked: &Asked, exchanges: &[Exchange]) -> String {
    let path = |url: &str| Url::parse(url).map_or_else(|_| url.to_owned(), |url| url.path().to_owned());
    let query = |url: &str| parameters(url.split_once('?').map_or("", |(_, query)| query));
    let own = query(&asked.url);
    let likeness = |known: &Exchange| {
        let recorded = query(&known.url);
        let name = |parameter: &str| parameter.split('=').next().unwrap_or_default().to_owned();
        let names: Vec<String> = own.iter().map(|parameter| name(parameter)).collect();
        let shared = recorded.iter().filter(|parameter| own.contains(parameter)).count()
            + recorded.iter().filter(|parameter| names.contains(&name(parameter))).count();
        usize::from(known.method == asked.method) * 50
            + usize::from(path(&known.url) == path(&asked.url)) * 100
            + shared
    };
    let mut text = format!("{} {} is not in the recording", asked.method, asked.url);
    let Some(nearest) = exchanges.iter().max_by_key(|known| likeness(known)) else {
        return format!("{text}, which is empty");
    };
    text.push_str(&format!("; the nearest is\n    {} {}", nearest.method, nearest.url));
    if path(&nearest.url) == path(&asked.url) {
        let recorded = query(&nearest.url);
        for parameter in recorded.iter().filter(|parameter| !own.contains(parameter)) {
            text.push_str(&format!("\n    - {parameter}"));
        }
        for parameter in own.iter().filter(|parameter| !recorded.contains(parameter)) {
            text.push_str(&format!("\n    + {parameter}"));
        }
        if nearest.body != asked.body {
            let show =
                |body: &Option<Vec<u8>>| String::from_utf8_lossy(body.as_deref().unwrap_or_default()).into_owned();
            text.push_str(&format!("\n    - body {}\n    + body {}", show(&nearest.body), show(&asked.body)));
        }
    }
    text
}
