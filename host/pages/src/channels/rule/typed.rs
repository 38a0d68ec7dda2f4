//! A rule as somebody types it.

mod listed;

use std::collections::BTreeMap;

use entrepot_domain::Money;
use entrepot_domain::drift::{ConflictRule, Policy};
use entrepot_domain::effective::{ChannelRule, PriceRule, StockRule};
use entrepot_domain::money::parse;
use serde::Deserialize;

use crate::failure::sentence;

pub(super) use self::listed::{CREATE, END};

/// Of amounts whose currency nobody told; most have two decimals.
pub(super) const USUAL: &str = "EUR";

/// What is wrong, by the names of the fields.
pub(super) type Wrong = BTreeMap<&'static str, String>;

/// As it is typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    pub(super) percent: String,
    pub(super) plus: String,
    pub(super) ending: String,
    pub(super) floor: String,
    pub(super) buffer: String,
    pub(super) cap: String,
    /// Of what was changed at the marketplace: ask, ours, theirs.
    pub(super) conflicts: String,
    /// What is made of products by themselves: nothing, draft, publish.
    pub(super) create: String,
    pub(super) brands: String,
    pub(super) types: String,
    pub(super) tags: String,
    /// What becomes of a listing whose product no longer matches: nothing, end.
    pub(super) end: String,
    /// Listings that the plan said would end.
    pub(super) ends: String,
    /// The rule in force when the form was made.
    pub(super) seen: String,
}

/// An amount without its currency, as it is typed; "−" comes as "-".
fn typed_amount(minor: i64, currency: &str) -> String {
    Money::new(minor, currency).to_string().split(' ').next().unwrap_or_default().to_owned()
}

fn percent(basis_points: i64) -> String {
    let (whole, part) = (basis_points.unsigned_abs() / 100, basis_points.unsigned_abs() % 100);
    let sign = if basis_points < 0 { "-" } else { "" };
    let text = format!("{sign}{whole}.{part:02}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Of fields without a policy of their own.
const DEFAULT: &str = "default";

pub(super) fn word(policy: Policy) -> &'static str {
    match policy {
        Policy::Ask => "ask",
        Policy::Ours => "ours",
        Policy::Theirs => "theirs",
    }
}

pub(super) fn fingerprint(rule: &ChannelRule) -> String {
    let text = serde_json::to_string(rule).unwrap_or_default();
    blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
}

impl Typed {
    pub(super) fn of(rule: &ChannelRule, currency: &str) -> Self {
        let (price, stock) = (rule.price.clone().unwrap_or_default(), rule.stock.clone().unwrap_or_default());
        let unless_zero = |number: i64, text: String| if number == 0 { String::new() } else { text };
        Self {
            percent: unless_zero(price.basis_points, percent(price.basis_points)),
            plus: unless_zero(price.plus, typed_amount(price.plus, currency)),
            ending: price.ending.map(|ending| format!("{ending:02}")).unwrap_or_default(),
            floor: price.floor.map(|floor| typed_amount(floor, currency)).unwrap_or_default(),
            buffer: unless_zero(stock.buffer, stock.buffer.to_string()),
            cap: stock.cap.map(|cap| cap.to_string()).unwrap_or_default(),
            conflicts: word(rule.conflicts.of("default")).to_owned(),
            seen: fingerprint(rule),
            ..Self::default()
        }
        .with_list_of(rule)
    }

    /// `now`: the rule in force, which says more of conflicts than the form does.
    pub(super) fn rule(&self, currency: &str, now: &ChannelRule) -> Result<ChannelRule, Wrong> {
        let mut wrong = Wrong::new();
        let mut signed = |name: &'static str, text: &str, of: &str| -> i64 {
            let text = text.trim();
            let (sign, digits) = match text.strip_prefix(['-', '−']) {
                Some(digits) => (-1, digits),
                None => (1, text.strip_prefix('+').unwrap_or(text)),
            };
            match parse(digits, Some(of)) {
                _ if text.is_empty() => 0,
                Ok(money) => sign * money.minor,
                Err(why) => {
                    wrong.insert(name, sentence(&why));
                    0
                }
            }
        };
        let price = PriceRule {
            // Hundredths of a percent have two decimals.
            basis_points: signed("percent", self.percent.trim().trim_end_matches('%').trim(), USUAL),
            plus: signed("plus", &self.plus, currency),
            floor: (!self.floor.trim().is_empty()).then(|| signed("floor", &self.floor, currency)),
            ending: None,
        };
        let mut whole = |name: &'static str, text: &str| -> Option<i64> {
            let text = text.trim();
            let number = text.parse::<i64>();
            if number.is_err() && !text.is_empty() {
                wrong.insert(name, format!("{text:?} is no whole number."));
            }
            number.ok()
        };
        let price = PriceRule { ending: whole("ending", &self.ending), ..price };
        let stock = StockRule { buffer: whole("buffer", &self.buffer).unwrap_or(0), cap: whole("cap", &self.cap) };
        let rule = ChannelRule {
            price: Some(price).filter(|price| *price != PriceRule::default()),
            stock: Some(stock).filter(|stock| *stock != StockRule::default()),
            conflicts: self.conflicts(now),
            list: self.list(now),
            categories: now.categories.clone(),
        };
        if let Err(why) = rule.check() {
            let of = [
                ("basis_points", "percent"),
                ("plus", "plus"),
                ("ending", "ending"),
                ("floor", "floor"),
                ("buffer", "buffer"),
                ("list.when.brands", "brands"),
                ("list.when.types", "types"),
                ("list.when.tags", "tags"),
            ];
            let name = of.into_iter().find(|(word, _)| why.contains(word)).map_or("cap", |(_, name)| name);
            wrong.entry(name).or_insert_with(|| sentence(&why));
        }
        if wrong.is_empty() { Ok(rule) } else { Err(wrong) }
    }

    fn conflicts(&self, now: &ChannelRule) -> ConflictRule {
        let mut all = now.conflicts.clone();
        match self.conflicts.as_str() {
            "ours" => drop(all.0.insert(DEFAULT.to_owned(), Policy::Ours)),
            "theirs" => drop(all.0.insert(DEFAULT.to_owned(), Policy::Theirs)),
            _ => drop(all.0.remove(DEFAULT)),
        }
        all
    }

    pub(super) fn parts(&self) -> Vec<(&'static str, String)> {
        [
            ("percent", &self.percent),
            ("plus", &self.plus),
            ("ending", &self.ending),
            ("floor", &self.floor),
            ("buffer", &self.buffer),
            ("cap", &self.cap),
            ("conflicts", &self.conflicts),
            ("create", &self.create),
            ("brands", &self.brands),
            ("types", &self.types),
            ("tags", &self.tags),
            ("end", &self.end),
            ("seen", &self.seen),
        ]
        .map(|(name, value)| (name, value.clone()))
        .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_typed_as_people_write_it() {
        let typed = Typed {
            percent: "-12,5 %".into(),
            plus: "+1.20".into(),
            ending: "99".into(),
            floor: "5".into(),
            buffer: "2".into(),
            ..Typed::default()
        };
        let rule = typed.rule("EUR", &ChannelRule::default()).expect("a rule");
        let price = PriceRule { basis_points: -1_250, plus: 120, ending: Some(99), floor: Some(500) };
        assert_eq!(
            rule,
            ChannelRule {
                price: Some(price),
                stock: Some(StockRule { buffer: 2, cap: None }),
                ..ChannelRule::default()
            }
        );
        let again = Typed::of(&rule, "EUR");
        assert_eq!((again.percent.as_str(), again.plus.as_str(), again.ending.as_str()), ("-12.5", "1.20", "99"));
        assert_eq!(Typed::default().rule("EUR", &ChannelRule::default()), Ok(ChannelRule::default()));
        let now: ChannelRule =
            serde_json::from_value(serde_json::json!({"conflicts": {"title": "ours", "default": "theirs"}}))
                .expect("a rule");
        assert_eq!(Typed::of(&now, "EUR").rule("EUR", &now), Ok(now.clone()));
        let list = serde_json::json!({"list": {"from": ["chn_1"], "when": {"brands": ["A & B", "C"]}, "except": {"tags": ["old"]},
            "create": "publish", "end": true}, "categories": [{"category": "400"}]});
        let listing: ChannelRule = serde_json::from_value(list).expect("a rule");
        assert_eq!(Typed::of(&listing, "EUR").brands, "A & B, C");
        assert_eq!(Typed::of(&listing, "EUR").rule("EUR", &listing), Ok(listing));
        let asked = Typed { conflicts: "ask".into(), ..Typed::default() }.rule("EUR", &now).expect("a rule");
        assert_eq!((asked.conflicts.of("title"), asked.conflicts.of("tags")), (Policy::Ours, Policy::Ask));
        for (typed, name) in [
            (Typed { percent: "much".into(), ..Typed::default() }, "percent"),
            (Typed { percent: "-101".into(), ..Typed::default() }, "percent"),
            (Typed { ending: "100".into(), ..Typed::default() }, "ending"),
            (Typed { floor: "-1".into(), ..Typed::default() }, "floor"),
            (Typed { cap: "few".into(), ..Typed::default() }, "cap"),
            (Typed { create: "draft".into(), types: "x".repeat(201), ..Typed::default() }, "types"),
            (Typed { cap: "-1".into(), ..Typed::default() }, "cap"),
            (Typed { plus: "1".into(), buffer: "-1".into(), ..Typed::default() }, "buffer"),
        ] {
            let wrong = typed.rule("EUR", &ChannelRule::default()).expect_err("wrong");
            assert_eq!(wrong.keys().collect::<Vec<_>>(), [&name], "{typed:?}");
        }
    }
}
