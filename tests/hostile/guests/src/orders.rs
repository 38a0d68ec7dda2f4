//! What this guest is told to do.

use entrepot_guest::prelude::*;
use serde_json::Value;

pub(crate) struct Orders(Value);

impl Orders {
    pub(crate) fn of_channel(channel: &Channel) -> Result<Self, Error> {
        Self::parse(&channel.settings)
    }

    pub(crate) fn of_item(item: &RawItem) -> Result<Self, Error> {
        Self::parse(&item.body)
    }

    pub(crate) fn of_delivery(delivery: &Delivery) -> Result<Self, Error> {
        Self::parse(&String::from_utf8_lossy(&delivery.body))
    }

    fn parse(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map(Self).map_err(|error| Error::Other(error.to_string()))
    }

    /// Empty: behave.
    pub(crate) fn mode(&self) -> &str {
        self.text("mode")
    }

    pub(crate) fn text(&self, key: &str) -> &str {
        self.0.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn number(&self, key: &str) -> usize {
        self.0.get(key).and_then(Value::as_u64).map_or(0, |number| number as usize)
    }

    pub(crate) fn texts(&self, key: &str) -> Vec<String> {
        let texts = self.0.get(key).and_then(Value::as_array).into_iter().flatten();
        texts.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// Pairs of names and values, as in `[["accept", "*/*"]]`.
    pub(crate) fn headers(&self) -> Vec<(String, String)> {
        let pairs = self.0.get("headers").and_then(Value::as_array);
        let text = |pair: &Value, at: usize| pair.get(at).and_then(Value::as_str).unwrap_or_default().to_owned();
        pairs.into_iter().flatten().map(|pair| (text(pair, 0), text(pair, 1))).collect()
    }
}
