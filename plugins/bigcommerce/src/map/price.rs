//! Prices: JSON numbers, read by their digits. What a variant has null of, it inherits.

use entrepot_guest::money::{MoneyError, minor, minor_half_up};
use entrepot_guest::prelude::*;

use super::notes::{Notes, Place, short};
use crate::settings::Rounding;
use entrepot_guest::lenient::{Fields, Raw};

/// More than this is a slip of the hand, not a price (in minor units).
const ABSURD: i64 = 1_000_000_000_000;

pub(super) struct Prices<'a> {
    pub(super) currency: &'a str,
    pub(super) exponent: u32,
    pub(super) rounding: Rounding,
    pub(super) product: &'a Fields<'a>,
}

#[derive(Debug, Default)]
pub(super) struct Priced {
    pub(super) price: Option<Money>,
    pub(super) compare_at: Option<Money>,
    pub(super) sale: Option<model::Sale>,
    pub(super) cost: Option<Money>,
}

impl Prices<'_> {
    pub(super) fn of(&self, variant: &Fields<'_>, place: Place, notes: &mut Notes) -> Priced {
        let before = notes.fatal.len();
        let inherited = |field: &str| variant.get(field).or(self.product.get(field));
        let regular = self.amount(inherited("price"), place, "price", notes);
        // 0 means that there is no sale, and no cost either.
        let sale = self.optional(inherited("sale_price"), place, "sale_price", notes).filter(|sale| *sale > 0);
        let cost = self.optional(inherited("cost_price"), place, "cost_price", notes).filter(|cost| *cost > 0);
        // It is what buyers pay, whatever it is called.
        let price = sale.or(regular);
        let sale = match (sale, regular) {
            (Some(sale), Some(regular)) if sale > regular => {
                let message = "The sale price is above the price, so it is no sale; buyers pay it all the same.";
                notes.warn(place, "sale_price", "sale-above-price", message);
                None
            }
            _ => sale,
        };
        match price {
            None if notes.fatal.len() == before => {
                let message = "There is no price, so this cannot be sold. Enter one in the store.";
                notes.warn(place, "price", "price-missing", message);
            }
            Some(0) => notes.warn(place, "price", "price-zero", "The price is zero: buyers would pay nothing."),
            _ => {}
        }
        let compare_at = regular.filter(|regular| price.is_some_and(|price| price < *regular));
        Priced {
            price: price.map(|minor| self.money(minor)),
            compare_at: compare_at.map(|minor| self.money(minor)),
            // A sale has no period here: it is in force until someone ends it.
            sale: sale.map(|minor| model::Sale { price: self.money(minor), starts_at: None, ends_at: None }),
            cost: cost.map(|minor| self.money(minor)),
        }
    }

    fn money(&self, minor: i64) -> Money {
        Money { minor, currency: self.currency.to_owned() }
    }

    /// The amounts beside the price are left out where they cannot be read, and the product is not.
    fn optional(&self, raw: Raw<'_>, place: Place, field: &str, notes: &mut Notes) -> Option<i64> {
        let before = notes.fatal.len();
        let amount = self.amount(raw, place, field, notes);
        for Issue { path, code, message } in notes.fatal.split_off(before) {
            let code = if field == "cost_price" { "cost-invalid" } else { code.as_str() };
            notes.warnings.push(issue(path, code, format!("{message} It was left out.")));
        }
        amount
    }

    /// Nothing for no price; what is no price at all is said and nothing too.
    fn amount(&self, raw: Raw<'_>, place: Place, field: &str, notes: &mut Notes) -> Option<i64> {
        let name = field.replace('_', " ");
        let Some(text) = raw.word() else {
            // Examples of the API have {} where there is nothing.
            if !raw.is_empty() {
                let message = format!("The {name} {} is no number. Enter it anew in the store.", short(raw.json()));
                notes.fatal(place, field, "price-invalid", message);
            }
            return None;
        };
        let amount = match minor(&text, self.exponent) {
            Err(MoneyError::TooPrecise) if self.rounding == Rounding::HalfUp => {
                let rounded = minor_half_up(&text, self.exponent);
                if rounded.is_ok() {
                    let message =
                        format!("{} has more decimals than {} has; it was rounded.", short(&text), self.currency);
                    notes.warn(place, field, "price-rounded", message);
                }
                rounded
            }
            amount => amount,
        };
        let absurd = || format!("The {name} {} cannot be meant. Correct it in the store.", short(&text));
        match amount {
            Ok(amount) if amount < 0 => {
                let message = format!("The {name} {} is negative. Correct it in the store.", short(&text));
                notes.fatal(place, field, "price-invalid", message);
            }
            Ok(amount) if amount > ABSURD => notes.fatal(place, field, "price-absurd", absurd()),
            Ok(amount) => return Some(amount),
            Err(MoneyError::TooPrecise) => {
                let message = format!(
                    "The {name} {} has more decimals than {} has. Correct it in the store, or have such prices rounded \
                     by the channel's setting price_rounding=half-up.",
                    short(&text),
                    self.currency
                );
                notes.fatal(place, field, "price-too-precise", message);
            }
            Err(MoneyError::Overflow) => notes.fatal(place, field, "price-absurd", absurd()),
            Err(_) => {
                let message = format!("The {name} {:?} is no number. Enter it anew in the store.", short(&text));
                notes.fatal(place, field, "price-invalid", message);
            }
        }
        None
    }
}
