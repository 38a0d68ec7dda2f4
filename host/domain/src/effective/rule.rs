//! What a channel does with prices, stock and categories of all its listings, and which ones it makes by itself.

use serde::{Deserialize, Serialize};

use super::listed::{CategoryRule, Filtered, ListRule};
use crate::catalog::{Product, Variant};
use crate::drift::ConflictRule;
use crate::money::Money;

/// The rule of one channel. What is left out changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChannelRule {
    /// Prices on this channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<PriceRule>,
    /// Stock told to this channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stock: Option<StockRule>,
    /// What counts where a field was changed at the marketplace, by field: ask, ours, theirs.
    #[serde(skip_serializing_if = "no_policy")]
    pub conflicts: ConflictRule,
    /// Which products are listed by themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<ListRule>,
    /// Categories of those that nobody gave one by hand; the first that matches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<CategoryRule>,
}

fn no_policy(rule: &ConflictRule) -> bool {
    rule.0.is_empty()
}

/// Percent first, then the amount, then the ending.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PriceRule {
    /// Added to the price, in hundredths of a percent: 1250 is 12.5 %; negative takes off. From -10,000 to 1,000,000.
    pub basis_points: i64,
    /// Added after that, in minor units; negative takes off.
    pub plus: i64,
    /// The minor units that prices end with: 99 makes 12.31 to 12.99. Rounded up, so that nothing is sold for less.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ending: Option<i64>,
    /// Nothing is listed for less, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub floor: Option<i64>,
}

/// Stock told to a channel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StockRule {
    /// Pieces kept back.
    pub buffer: i64,
    /// No more than this is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cap: Option<i64>,
}

/// The largest price in minor units that anything is listed for: more cannot be meant.
const MAX_PRICE: i128 = 1_000_000_000_000;

impl ChannelRule {
    /// What is wrong with it, in words.
    pub fn check(&self) -> Result<(), String> {
        self.conflicts.check()?;
        self.list.as_ref().map_or(Ok(()), ListRule::check)?;
        CategoryRule::check_all(&self.categories)?;
        if let Some(PriceRule { basis_points, plus, ending, floor }) = &self.price {
            if !(-10_000..=1_000_000).contains(basis_points) {
                return Err(format!("price.basis_points is {basis_points}; it goes from -10000 (free) to 1000000"));
            }
            if plus.unsigned_abs() > MAX_PRICE as u64 {
                return Err(format!("price.plus is {plus}, which cannot be meant"));
            }
            if ending.is_some_and(|ending| !(0..100).contains(&ending)) {
                return Err(format!(
                    "price.ending is {}; it is the last two digits, 0 to 99",
                    ending.unwrap_or_default()
                ));
            }
            if floor.is_some_and(|floor| floor < 0) {
                return Err(format!("price.floor is {}; it cannot be below 0", floor.unwrap_or_default()));
            }
        }
        if let Some(StockRule { buffer, cap }) = &self.stock {
            if *buffer < 0 {
                return Err(format!("stock.buffer is {buffer}; it cannot be below 0"));
            }
            if cap.is_some_and(|cap| cap < 0) {
                return Err(format!("stock.cap is {}; it cannot be below 0", cap.unwrap_or_default()));
            }
        }
        Ok(())
    }

    /// The category of a product that nobody gave one by hand, and what the category asks for.
    pub fn category_of(&self, product: &Product) -> Option<&CategoryRule> {
        let product = Filtered::of(product);
        self.categories.iter().find(|rule| rule.when.matches(product))
    }
}

impl PriceRule {
    pub(super) fn apply(&self, variant: &mut Variant) {
        let amounts = [variant.price.as_mut(), variant.compare_at.as_mut()];
        for money in amounts.into_iter().flatten() {
            money.minor = self.of(money.minor);
        }
        if let Some(sale) = &mut variant.sale {
            sale.price.minor = self.of(sale.price.minor);
        }
        // Rounding to an ending may bring both together.
        if let (Some(price), Some(before)) = (&variant.price, &variant.compare_at)
            && before.minor <= price.minor
        {
            variant.compare_at = None;
        }
    }

    /// The price on the channel: never below 0.
    pub(super) fn of(&self, minor: i64) -> i64 {
        let percent = i128::from(minor) * (10_000 + i128::from(self.basis_points));
        // A half away from zero.
        let mut price = (percent + percent.signum() * 5_000) / 10_000 + i128::from(self.plus);
        if let Some(ending) = self.ending {
            let (ending, over) = (i128::from(ending), price.rem_euclid(100));
            price += (ending - over).rem_euclid(100);
        }
        i64::try_from(price.clamp(0, MAX_PRICE)).unwrap_or_default()
    }

    pub(super) fn below_floor(&self, variant: &Variant) -> Option<String> {
        let (floor, price) = (self.floor?, variant.price.as_ref()?);
        (price.minor < floor).then(|| {
            let floor = Money { minor: floor, currency: price.currency.clone() };
            format!("The price {price} is below the channel's floor of {floor}. Raise the price, or change the rule.")
        })
    }
}

impl StockRule {
    pub(super) fn told(&self, pieces: i64) -> i64 {
        let left = pieces.saturating_sub(self.buffer).max(0);
        self.cap.map_or(left, |cap| left.min(cap))
    }
}
