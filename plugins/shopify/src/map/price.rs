//! Prices: decimal texts, exactly.

use entrepot_guest::money::{MoneyError, money};
use entrepot_guest::types::Issue;
use serde_json::Value;

use super::look::{Money, of_variant, short};
use super::notes::Notes;

/// More than this is a slip of the hand, not a price (in minor units).
const ABSURD: i64 = 1_000_000_000_000;

/// The price, and the one before the reduction where there is a reduction.
pub(super) fn of(variant: &Value, at: usize, currency: &str, notes: &mut Notes) -> (Option<Money>, Option<Money>) {
    let before = notes.fatal.len();
    let price = amount(variant.get("price"), of_variant(at, "price"), currency, notes);
    match &price {
        None if notes.fatal.len() == before => {
            let message = "There is no price, so this cannot be sold. Enter one in Shopify.";
            notes.warn(of_variant(at, "price"), "price-missing", message);
        }
        Some(price) if price.minor == 0 => {
            notes.warn(of_variant(at, "price"), "price-zero", "The price is zero: buyers would pay nothing.");
        }
        _ => {}
    }
    // Buyers pay the price; the one beside it is left out where it cannot be read, and the product is not.
    let before = notes.fatal.len();
    let compare_at = amount(variant.get("compareAtPrice"), of_variant(at, "compareAtPrice"), currency, notes);
    for Issue { path, code, message } in notes.fatal.split_off(before) {
        notes.warnings.push(Issue { path, code, message: format!("{message} It was left out.") });
    }
    // A comparison that is not higher shows no reduction; themes do not show it either.
    let compare_at = compare_at.filter(|before| price.as_ref().is_some_and(|price| price.minor < before.minor));
    (price, compare_at)
}

/// What it costs the seller. In Shopify that is in the shop's currency too; where it is not, it says so itself.
pub(super) fn cost(item: &Value, at: usize, currency: &str, notes: &mut Notes) -> Option<Money> {
    let cost = item.get("unitCost").filter(|cost| cost.is_object())?;
    let own = cost.get("currencyCode").and_then(Value::as_str).unwrap_or(currency);
    let text = cost.get("amount").and_then(Value::as_str)?;
    if own != currency {
        // The shop had another currency when it was entered.
        let message = format!("The cost is in {} and the shop sells in {currency}; it was left out.", short(own));
        notes.warn(of_variant(at, "inventoryItem/unitCost"), "cost-currency", message);
        return None;
    }
    // Costs are kept with more decimals than prices: rounding them changes nothing for a buyer.
    let amount = entrepot_guest::money::money_half_up(text.trim(), currency);
    let amount = amount.ok().filter(|amount| (0..=ABSURD).contains(&amount.minor));
    if amount.is_none() {
        let message = format!("The cost {:?} {:?} is no amount; it was left out.", short(text), short(currency));
        notes.warn(of_variant(at, "inventoryItem/unitCost"), "cost-invalid", message);
    }
    amount
}

fn amount(value: Option<&Value>, path: String, currency: &str, notes: &mut Notes) -> Option<Money> {
    let text = match value? {
        Value::Null => return None,
        Value::String(text) => text.trim(),
        other => {
            let message =
                format!("The price {} is no decimal text, as Shopify writes prices.", short(&other.to_string()));
            notes.fatal(path, "price-invalid", message);
            return None;
        }
    };
    if text.is_empty() {
        return None;
    }
    match money(text, currency) {
        Ok(amount) if amount.minor < 0 => {
            let message = format!("The price {} is negative. Correct it in Shopify.", short(text));
            notes.fatal(path, "price-invalid", message);
        }
        Ok(amount) if amount.minor > ABSURD => notes.fatal(path, "price-absurd", absurd(text)),
        Ok(amount) => return Some(amount),
        Err(MoneyError::TooPrecise) => {
            let message =
                format!("The price {} has more decimals than {currency} has. Correct it in Shopify.", short(text));
            notes.fatal(path, "price-too-precise", message);
        }
        Err(MoneyError::Overflow) => notes.fatal(path, "price-absurd", absurd(text)),
        Err(_) => {
            let message = format!("The price {:?} is not a plain number such as 12.50.", short(text));
            notes.fatal(path, "price-invalid", message);
        }
    }
    None
}

fn absurd(text: &str) -> String {
    format!("The price {} cannot be meant. Correct it in Shopify.", short(text))
}
