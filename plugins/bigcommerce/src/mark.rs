//! The mark of a listing: a search keyword of its product, so that it is there from the moment when the product is.

const PREFIX: &str = "entrepot-lst_";

pub(crate) fn of(listing: &str) -> String {
    format!("entrepot-{listing}")
}

pub(crate) fn is_one(word: &str) -> bool {
    word.starts_with(PREFIX)
}

/// Whether these keywords, as the store has them, are of this listing's product.
pub(crate) fn is_in(keywords: &str, listing: &str) -> bool {
    let mark = of(listing);
    keywords.split(',').any(|word| word.trim() == mark)
}
