//! Paging, the same for every list.

use std::fmt::Display;

use entrepot_domain::Id;
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;

const MOST: i64 = 200;
const USUAL: i64 = 50;
/// Ends the name of the list in a cursor; no id holds it.
const BOUND: char = '~';

/// The cursor of a list of one channel, or of one batch: in another list it leads nowhere.
pub(crate) fn of(list: &str, place: impl Display) -> String {
    format!("{list}{BOUND}{place}")
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// `next` of the page before
    #[serde(default)]
    pub(crate) cursor: String,
    /// 1 to 200; 50 when absent
    #[serde(default, deserialize_with = "within_a_page")]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

impl Paging {
    pub(crate) fn limit(&self) -> i64 {
        self.limit.unwrap_or(USUAL)
    }

    /// Of a list of one channel, or of one batch: what [`of`] made of an item of that very list; "": the first page.
    pub(crate) fn within(&self, list: &str) -> Result<&str, Problem> {
        match self.cursor.split_once(BOUND) {
            None if self.cursor.is_empty() => Ok(""),
            Some((of, place)) if of == list => Ok(place),
            _ => Err(Problem::no_cursor()),
        }
    }

    /// Of a list whose pages end with an id of this kind; "": the first page.
    pub(crate) fn after<I: Id>(&self) -> Result<&str, Problem> {
        let cursor = self.cursor.as_str();
        if cursor.is_empty() || I::is_one(cursor) { Ok(cursor) } else { Err(Problem::no_cursor()) }
    }
}

fn within_a_page<'de, D: Deserializer<'de>>(given: D) -> Result<Option<i64>, D::Error> {
    match Option::<i64>::deserialize(given)? {
        Some(limit) if !(1..=MOST).contains(&limit) => {
            Err(D::Error::invalid_value(Unexpected::Signed(limit), &"a number from 1 to 200"))
        }
        limit => Ok(limit),
    }
}

/// How sure something is.
pub(crate) fn percent<'de, D: Deserializer<'de>>(given: D) -> Result<Option<u8>, D::Error> {
    let given = Option::<i64>::deserialize(given)?;
    let wrong = |number| D::Error::invalid_value(Unexpected::Signed(number), &"a number from 0 to 100");
    given.map(|number| u8::try_from(number).ok().filter(|sure| *sure <= 100).ok_or_else(|| wrong(number))).transpose()
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

    /// Of a list that is short enough to be read whole: what comes after `after`, in the order of `key`.
    pub(crate) fn cut(mut items: Vec<T>, after: &str, limit: i64, key: impl Fn(&T) -> String) -> Self {
        items.sort_by_cached_key(&key);
        items.retain(|item| key(item).as_str() > after);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        Self::of(items, more, key)
    }

    /// Where it is known whether there are more.
    pub(crate) fn of(items: Vec<T>, more: bool, cursor: impl FnOnce(&T) -> String) -> Self {
        let next = items.last().filter(|_| more).map(cursor);
        Self { items, next }
    }
}
