//! Numbered pages, and the `meta` that says where one is.

use serde_json::{Value, json};

use super::errors::{json_answer, refusal};
use super::parameters::Values;
use super::render;
use crate::server::Answer;

/// Which part of a list is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    number: usize,
    size: usize,
}

impl Page {
    /// `most` is what the size is cut down to without a word.
    pub(crate) fn of(values: &Values, most: Option<usize>) -> Self {
        let number =
            |name: &str, default: usize| values.get(name).and_then(|text| text.parse().ok()).unwrap_or(default);
        let size: usize = number("limit", 50);
        Self { number: number("page", 1), size: most.map_or(size, |most| size.min(most)) }
    }

    pub(crate) fn cut<'a, T>(&self, items: &'a [T]) -> &'a [T] {
        let from = ((self.number - 1).saturating_mul(self.size)).min(items.len());
        &items[from..(from + self.size).min(items.len())]
    }

    pub(crate) fn meta(&self, total: usize, count: usize) -> Value {
        let pages = total.div_ceil(self.size);
        let link = |page: usize| format!("?page={page}&limit={}", self.size);
        let mut links = json!({"current": link(self.number)});
        if self.number > 1 {
            links["previous"] = json!(link(self.number - 1));
        }
        if self.number < pages {
            links["next"] = json!(link(self.number + 1));
        }
        json!({"pagination": {"total": total, "count": count, "per_page": self.size, "current_page": self.number,
            "total_pages": pages, "links": links}})
    }
}

/// A page of values, with the fields that were asked for; `id` is never left out.
pub(crate) fn answer(values: &Values, all: &[Value], id: &str) -> Answer {
    let page = Page::of(values, None);
    let data: Vec<Value> = page.cut(all).iter().map(|item| render::trimmed(item.clone(), values, &[id])).collect();
    json_answer(200, &json!({"data": data, "meta": page.meta(all.len(), data.len())}))
}

pub(crate) fn unknown_choice(name: &str, value: &str) -> Answer {
    refusal(422, &format!("{value} is not one of the values of {name}"))
}
