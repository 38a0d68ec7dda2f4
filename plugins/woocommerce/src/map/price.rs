//! Prices: decimal texts, exactly.

use entrepot_guest::money::{MoneyError, minor, minor_half_up};
use entrepot_guest::prelude::*;

use super::notes::{Notes, Place, short};
use super::wire::Goods;
use crate::settings::Rounding;
use entrepot_guest::lenient::Raw;

/// More than this is a slip of the hand, not a price (in minor units).
const ABSURD: i64 = 1_000_000_000_000;

pub(super) struct Prices<'a> {
    pub(super) currency: &'a str,
    pub(super) exponent: u32,
    pub(super) rounding: Rounding,
}

pub(super) struct Priced {
    pub(super) price: Option<Money>,
    pub(super) compare_at: Option<Money>,
    pub(super) sale: Option<model::Sale>,
}

impl Prices<'_> {
    pub(super) fn of(&self, goods: &Goods<'_>, place: Place, notes: &mut Notes) -> Priced {
        let before = notes.fatal.len();
        let price = self.amount(goods.price, place, "price", notes);
        match price {
            None if notes.fatal.len() == before => {
                notes.warn(
                    place,
                    "price",
                    "price-missing",
                    "There is no price, so this cannot be sold. Enter one in the shop.",
                );
            }
            Some(0) => notes.warn(place, "price", "price-zero", "The price is zero: buyers would pay nothing."),
            _ => {}
        }
        let regular = self.optional(goods.regular_price, place, "regular_price", notes);
        let reduced = self.optional(goods.sale_price, place, "sale_price", notes);
        let compare_at = match (price, regular) {
            (Some(price), Some(regular)) if goods.on_sale.is_true() && price < regular => Some(regular),
            _ => None,
        };
        // `price` is what buyers pay; the shop itself takes no sale price above the regular one, and plugins do.
        let reduced = reduced.filter(|reduced| {
            let is_sale = regular.or(price).is_none_or(|regular| *reduced <= regular);
            if !is_sale {
                let message = "The sale price is above the regular price, so it is no sale. It was left out.";
                notes.warn(place, "sale_price", "sale-above-price", message);
            }
            is_sale
        });
        let sale = reduced.map(|minor| model::Sale {
            price: self.money(minor),
            starts_at: notes.instant(goods.date_on_sale_from_gmt, place, "date_on_sale_from_gmt"),
            ends_at: notes.instant(goods.date_on_sale_to_gmt, place, "date_on_sale_to_gmt"),
        });
        Priced {
            price: price.map(|minor| self.money(minor)),
            compare_at: compare_at.map(|minor| self.money(minor)),
            sale,
        }
    }

    fn money(&self, minor: i64) -> Money {
        Money { minor, currency: self.currency.to_owned() }
    }

    /// What buyers pay is `price`; the amounts beside it are left out where they cannot be read, and the product is not.
    fn optional(&self, raw: Raw<'_>, place: Place, field: &str, notes: &mut Notes) -> Option<i64> {
        let before = notes.fatal.len();
        let amount = self.amount(raw, place, field, notes);
        for Issue { path, code, message } in notes.fatal.split_off(before) {
            notes.warnings.push(Issue { path, code, message: format!("{message} It was left out.") });
        }
        amount
    }

    /// Nothing for no price; what is no price at all is said and nothing too.
    fn amount(&self, raw: Raw<'_>, place: Place, field: &str, notes: &mut Notes) -> Option<i64> {
        let name = field.replace('_', " ");
        let Some(text) = raw.text() else {
            // null and a missing field mean no price; anything else than a text or a number means nothing.
            if !raw.is_empty() {
                let message = format!("The {name} {} is no number. Enter it anew in the shop.", short(raw.json()));
                notes.fatal(place, field, "price-invalid", message);
            }
            return None;
        };
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let amount = match minor(text, self.exponent) {
            Err(MoneyError::TooPrecise) if self.rounding == Rounding::HalfUp => {
                let rounded = minor_half_up(text, self.exponent);
                if rounded.is_ok() {
                    let message = format!(
                        "{} has more decimals than {} has; it was rounded half up.",
                        short(text),
                        self.currency
                    );
                    notes.warn(place, field, "price-rounded", message);
                }
                rounded
            }
            amount => amount,
        };
        match amount {
            Ok(amount) if amount < 0 => {
                notes.fatal(
                    place,
                    field,
                    "price-invalid",
                    format!("The {name} {} is negative. Correct it in the shop.", short(text)),
                );
            }
            Ok(amount) if amount > ABSURD => notes.fatal(place, field, "price-absurd", absurd(&name, text)),
            Ok(amount) => return Some(amount),
            Err(MoneyError::TooPrecise) => {
                let message = format!(
                    "The {name} {} has more decimals than {} has. Correct it in the shop, or have such prices rounded \
                     by the channel's setting price_rounding=half-up.",
                    short(text),
                    self.currency
                );
                notes.fatal(place, field, "price-too-precise", message);
            }
            Err(MoneyError::Overflow) => notes.fatal(place, field, "price-absurd", absurd(&name, text)),
            Err(_) => {
                let message = format!(
                    "The {name} {:?} is not a plain number such as 12.50. Correct it in the shop: digits and one dot.",
                    short(text)
                );
                notes.fatal(place, field, "price-invalid", message);
            }
        }
        None
    }
}

fn absurd(name: &str, text: &str) -> String {
    format!("The {name} {} cannot be meant. Correct it in the shop.", short(text))
}
