//! What an adapter does with the contract's records again and again.

use serde::de::DeserializeOwned;

use crate::bindings::items::RawItem;
use crate::bindings::types::{Channel, Error, Issue};
use crate::issue::invalid;

impl Channel {
    /// The seller's answers to the manifest's settings.
    ///
    /// ```
    /// #[derive(serde::Deserialize)]
    /// struct Settings {
    ///     shop_url: String,
    /// }
    /// let channel = entrepot_guest::types::Channel {
    ///     id: "chn_1".into(),
    ///     bindings: vec![],
    ///     currency: None,
    ///     locale: None,
    ///     settings: r#"{"shop_url":"https://a.example"}"#.into(),
    /// };
    /// assert_eq!(channel.settings::<Settings>().unwrap().shop_url, "https://a.example");
    /// ```
    pub fn settings<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_str(&self.settings).map_err(|error| invalid("", "settings-invalid", error.to_string()))
    }
}

impl RawItem {
    /// All that `map-product` will need, as JSON.
    pub fn new(source_id: impl Into<String>, body: impl Into<String>) -> Self {
        Self { source_id: source_id.into(), updated_at: None, body: body.into(), deleted: false, problems: Vec::new() }
    }

    /// As a delta tells of an item that is gone.
    pub fn tombstone(source_id: impl Into<String>) -> Self {
        Self { deleted: true, ..Self::new(source_id, "{}") }
    }

    /// There is such an item, and it cannot be read: a dead letter with this reason, which the next run tries again.
    pub fn unreadable(source_id: impl Into<String>, problem: Issue) -> Self {
        Self { problems: vec![problem], ..Self::new(source_id, "{}") }
    }

    /// When the marketplace changed it last, in milliseconds.
    #[must_use]
    pub fn changed(self, updated_at: Option<i64>) -> Self {
        Self { updated_at, ..self }
    }
}

/// The titles from the root down to and including this one, as a collection's `path` has them. `of` gives a category's title and its
/// parent; a circle of parents ends.
///
/// ```
/// use entrepot_guest::shapes::path;
/// let known = |id: &u32| match id {
///     1 => Some(("Kitchen", None)),
///     2 => Some(("Mugs", Some(1))),
///     _ => None,
/// };
/// assert_eq!(path(2, known), ["Kitchen", "Mugs"]);
/// assert!(path(9, known).is_empty());
/// ```
pub fn path<I, T>(id: I, of: impl Fn(&I) -> Option<(T, Option<I>)>) -> Vec<T> {
    /// No shop nests deeper; what would is a circle.
    const DEEPEST: usize = 32;
    let (mut path, mut next) = (Vec::new(), Some(id));
    while let Some((title, parent)) = next.as_ref().and_then(&of).filter(|_| path.len() < DEEPEST) {
        path.push(title);
        next = parent;
    }
    path.reverse();
    path
}
