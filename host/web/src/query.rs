//! Paging, the same for every list.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const MOST: i64 = 200;
const USUAL: i64 = 50;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// `next` of the page before
    #[serde(default)]
    pub(crate) cursor: String,
    /// 1 to 200; 50 when absent
    limit: Option<i64>,
}

impl Paging {
    pub(crate) fn limit(&self) -> i64 {
        self.limit.unwrap_or(USUAL).clamp(1, MOST)
    }
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Listing<T: ToSchema> {
    pub(crate) items: Vec<T>,
    /// Give it as `cursor` for the next page; null: this was the last.
    pub(crate) next: Option<String>,
}

impl<T: ToSchema> Listing<T> {
    /// `cursor` names the item after which the next page begins.
    pub(crate) fn new(items: Vec<T>, limit: i64, cursor: impl FnOnce(&T) -> String) -> Self {
        let full = i64::try_from(items.len()).is_ok_and(|count| count >= limit);
        Self::of(items, full, cursor)
    }

    /// Where it is known whether there are more.
    pub(crate) fn of(items: Vec<T>, more: bool, cursor: impl FnOnce(&T) -> String) -> Self {
        let next = items.last().filter(|_| more).map(cursor);
        Self { items, next }
    }
}
