//! Parts of a product that somebody may have changed by hand.

use entrepot_domain::catalog::Issue;

use crate::Lenient;

const DAMAGED: &str = "stored-value-damaged";

/// None: somebody changed it by hand, and it cannot be read.
pub(super) type Stored<T> = Lenient<Option<T>>;

/// What is stored and can be read; what cannot is left out, and named among the product's warnings.
pub(super) fn part<T: Default>(stored: Stored<T>, path: &str, damaged: &mut Vec<Issue>) -> T {
    stored.0.unwrap_or_else(|| {
        let message =
            "What the database holds of it cannot be read, so it is left out until the product changes in its shop.";
        damaged.push(Issue { path: path.to_owned(), code: DAMAGED.to_owned(), message: message.to_owned() });
        T::default()
    })
}

/// Of what may be missing: what is there and cannot be read is none.
pub(super) fn some<T>(stored: Stored<T>) -> Stored<Option<T>> {
    Lenient(stored.0.map(Some))
}
