//! The operations of a path, by their methods.

use axum::http::Method;
use utoipa::openapi::path::{Operation, PathItem};

macro_rules! by_method {
    ($item:ident, $as:ident) => {
        [
            (Method::GET, $item.get.$as()),
            (Method::PUT, $item.put.$as()),
            (Method::POST, $item.post.$as()),
            (Method::PATCH, $item.patch.$as()),
            (Method::DELETE, $item.delete.$as()),
        ]
        .into_iter()
        .filter_map(|(method, operation)| Some((method, operation?)))
    };
}

pub(super) fn operations(item: &PathItem) -> impl Iterator<Item = (Method, &Operation)> {
    by_method!(item, as_ref)
}

pub(super) fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    by_method!(item, as_mut)
}
