//! Pages: which part of a list, and the headers that say so.

use super::parameters::Values;
use crate::server::{Answer, Request};

/// The part of a list a request is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    number: u64,
    size: u64,
    from: usize,
}

impl Page {
    pub(crate) fn of(values: &Values) -> Self {
        let number = values.int("page").unwrap_or(1).unsigned_abs();
        let size = values.int("per_page").unwrap_or(10).unsigned_abs();
        // `offset` overrides `page`.
        let from = match values.int("offset") {
            Some(offset) => offset.unsigned_abs(),
            None => (number - 1).saturating_mul(size),
        };
        Self { number, size, from: usize::try_from(from).unwrap_or(usize::MAX) }
    }

    pub(crate) fn cut<'a, T>(&self, items: &'a [T]) -> &'a [T] {
        let from = self.from.min(items.len());
        let to = from.saturating_add(self.size as usize).min(items.len());
        &items[from..to]
    }

    /// `X-WP-Total`, `X-WP-TotalPages`, and `Link` when there is a page before or after.
    pub(crate) fn headers(&self, answer: &mut Answer, request: &Request, address: &str, total: usize) {
        let pages = (total as u64).div_ceil(self.size);
        answer.set("X-WP-Total", total.to_string());
        answer.set("X-WP-TotalPages", pages.to_string());
        let link = |page: u64, rel: &str| {
            let query = request.with_parameter("page", &page.to_string()).query;
            format!("<{address}?{query}>; rel=\"{rel}\"")
        };
        let mut links = Vec::new();
        if self.number > 1 && pages > 0 {
            links.push(link((self.number - 1).min(pages), "prev"));
        }
        if self.number < pages {
            links.push(link(self.number + 1, "next"));
        }
        if !links.is_empty() {
            answer.set("Link", links.join(", "));
        }
    }
}
