//! What another rule would change, as the page shows it.

use entrepot_domain::Money;
use entrepot_listings::{ListPlanLine, RulePlan, RulePlanLine};

use crate::kit::{count, grouped, money, segment};

/// Lines that are shown of each kind.
const SHOWN: usize = 100;

pub(super) struct Line {
    pub(super) listing: String,
    pub(super) sku: String,
    pub(super) price: String,
    pub(super) price_then: String,
    pub(super) stock: String,
    pub(super) stock_then: String,
    pub(super) problem: Option<String>,
}

pub(super) struct Plan {
    pub(super) sentence: String,
    pub(super) lines: Vec<Line>,
    pub(super) more: usize,
    /// What would be listed by itself, come back, and end.
    pub(super) listed: Vec<Listed>,
    pub(super) more_listed: usize,
}

/// What would become of one product.
pub(super) struct Listed {
    pub(super) what: &'static str,
    pub(super) title: String,
    /// Of the product, or of its listing.
    pub(super) href: String,
}

fn number(number: usize, one: &str, many: &str) -> String {
    count(i64::try_from(number).unwrap_or(i64::MAX), one, many)
}

fn listed(line: &ListPlanLine) -> Listed {
    let what = match line.what {
        "create" => "would be listed",
        "return" => "would come back",
        _ => "would end",
    };
    let href = match &line.listing {
        Some(listing) => format!("/listings/{}", segment(listing)),
        None => format!("/products/{}", segment(&line.product)),
    };
    Listed { what, title: line.title.clone(), href }
}

fn by_itself(plan: &RulePlan) -> String {
    let mut told = String::new();
    let mut say = |number: usize, words: String| {
        if number > 0 {
            told.push_str(&words);
        }
    };
    say(plan.moves, format!(" {} would go into another category.", number(plan.moves, "listing", "listings")));
    say(
        plan.unplaced,
        format!(
            " {} would have no category, which the marketplace may refuse.",
            number(plan.unplaced, "listing", "listings")
        ),
    );
    say(usize::from(plan.matches == Some(0)), " No product matches what is listed by itself.".to_owned());
    say(plan.creates, format!(" {} would be listed by themselves.", number(plan.creates, "product", "products")));
    say(plan.returns, format!(" {} would come back.", number(plan.returns, "listing", "listings")));
    say(plan.ends, format!(" {} would end.", number(plan.ends, "listing", "listings")));
    told
}

pub(super) fn shown(plan: RulePlan) -> Plan {
    let listings = number(plan.listings, "listing", "listings");
    let sentence = match (plan.changed, plan.refused) {
        (0, 0) => format!("Nothing would be another than now: {listings} looked at."),
        (changed, refused) => format!(
            "Of {listings}, {} would have another price or stock, and {} would not be listed.",
            number(changed, "variant", "variants"),
            number(refused, "variant", "variants")
        ),
    };
    let sentence = format!("{sentence}{}", by_itself(&plan));
    let all = plan.changed + plan.refused;
    let listed: Vec<Listed> = plan.listed.iter().take(SHOWN).map(listed).collect();
    let more_listed = (plan.creates + plan.returns + plan.ends).saturating_sub(listed.len());
    let line = |line: RulePlanLine| {
        let amount = |of: &Option<Money>| of.as_ref().map_or_else(|| "none".to_owned(), money);
        let pieces = |of: Option<i64>| of.map_or_else(|| "not counted".to_owned(), grouped);
        Line {
            sku: line.sku.clone().unwrap_or_else(|| line.variant.clone()),
            price: amount(&line.price),
            price_then: amount(&line.price_then),
            stock: pieces(line.stock),
            stock_then: pieces(line.stock_then),
            problem: line.problem,
            listing: segment(&line.listing),
        }
    };
    let lines: Vec<Line> = plan.lines.into_iter().take(SHOWN).map(line).collect();
    Plan { more: all.saturating_sub(lines.len()), sentence, lines, listed, more_listed }
}
