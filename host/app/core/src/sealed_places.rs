//! Where values are sealed for that are written by one context and written anew, under another master key, by another.

use entrepot_vault::Place;

/// A person's second factor, of no tenant.
pub fn second_factor_place(user: &str) -> Place<'_> {
    Place { tenant: "", table: "users", row: user, column: "totp" }
}
