mod listed;

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use entrepot_domain::drift::{ConflictRule, Policy};
use entrepot_domain::effective::{ChannelRule, PriceRule, StockRule};
use entrepot_listings::RulePlan;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::listed::{CategoryRuleView, ListPlanLineView, ListRuleView};
use super::view::AmountView;
use crate::AppState;
use crate::context::Context;
use crate::extract::{JsonBody, Path};
use crate::problem::Problem;

pub(crate) use self::listed::{__path_allow, __path_held, allow, held};

/// What a channel does with all its listings; what is absent changes nothing
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ListingRule {
    price: Option<PriceRuleView>,
    stock: Option<StockRuleView>,
    /// What counts where a field was changed at the marketplace: by field, or `default`. A person is asked where nothing is said
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    conflicts: BTreeMap<String, PolicyWord>,
    /// Which products are listed by themselves; absent: none
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<ListRuleView>,
    /// Categories of products that nobody gave one by hand
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 500)]
    categories: Vec<CategoryRuleView>,
}

/// Whose value counts
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PolicyWord {
    /// A person decides
    Ask,
    /// What is wanted here is sent again
    Ours,
    /// What stands there is taken over
    Theirs,
}

impl From<PolicyWord> for Policy {
    fn from(word: PolicyWord) -> Self {
        match word {
            PolicyWord::Ask => Self::Ask,
            PolicyWord::Ours => Self::Ours,
            PolicyWord::Theirs => Self::Theirs,
        }
    }
}

impl From<Policy> for PolicyWord {
    fn from(policy: Policy) -> Self {
        match policy {
            Policy::Ask => Self::Ask,
            Policy::Ours => Self::Ours,
            Policy::Theirs => Self::Theirs,
        }
    }
}

/// Percent first, then the amount, then the ending
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PriceRuleView {
    /// Added, in hundredths of a percent: 1250 is 12.5 %
    #[schema(minimum = -10_000, maximum = 1_000_000)]
    basis_points: i64,
    /// Added after that, in minor units
    plus: i64,
    /// The last two digits of every price, rounded up to
    #[schema(minimum = 0, maximum = 99)]
    ending: Option<i64>,
    /// Nothing is listed for less, in minor units
    floor: Option<i64>,
}

#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct StockRuleView {
    /// Pieces kept back
    buffer: i64,
    /// No more than this is told
    cap: Option<i64>,
}

impl From<ListingRule> for ChannelRule {
    fn from(rule: ListingRule) -> Self {
        let price = rule.price.map(|PriceRuleView { basis_points, plus, ending, floor }| PriceRule {
            basis_points,
            plus,
            ending,
            floor,
        });
        let conflicts = rule.conflicts.into_iter().map(|(field, word)| (field, word.into())).collect();
        let stock = rule.stock.map(|StockRuleView { buffer, cap }| StockRule { buffer, cap });
        let categories = rule.categories.into_iter().map(Into::into).collect();
        Self { price, stock, conflicts: ConflictRule(conflicts), list: rule.list.map(Into::into), categories }
    }
}

impl From<ChannelRule> for ListingRule {
    fn from(rule: ChannelRule) -> Self {
        let price = rule.price.map(|PriceRule { basis_points, plus, ending, floor }| PriceRuleView {
            basis_points,
            plus,
            ending,
            floor,
        });
        let conflicts = rule.conflicts.0.into_iter().map(|(field, policy)| (field, policy.into())).collect();
        let stock = rule.stock.map(|StockRule { buffer, cap }| StockRuleView { buffer, cap });
        let categories = rule.categories.into_iter().map(Into::into).collect();
        Self { price, stock, conflicts, list: rule.list.map(Into::into), categories }
    }
}

/// What a rule would change
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RulePlanView {
    /// Listings that were looked at
    listings: usize,
    /// Variants whose price or stock would be another
    changed: usize,
    /// Variants that would not be listed
    refused: usize,
    /// The first thousand of both
    lines: Vec<RulePlanLineView>,
    /// Products that would be listed by themselves
    creates: usize,
    /// Listings that the rule ended and that would come back
    returns: usize,
    /// Listings that the rule made and would end
    ends: usize,
    /// Listings that would go into another category; ended ones do not count
    moves: usize,
    /// Likewise, that would have no category any more
    unplaced: usize,
    /// Products that the rule lists by themselves, whether or not they have a listing already; null: it lists none
    matches: Option<usize>,
    /// The first thousand that would be made, come back or end
    listed: Vec<ListPlanLineView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RulePlanLineView {
    listing: String,
    variant: String,
    sku: Option<String>,
    price: Option<AmountView>,
    price_then: Option<AmountView>,
    stock: Option<i64>,
    stock_then: Option<i64>,
    /// Why it would not be listed
    problem: Option<String>,
}

impl From<RulePlan> for RulePlanView {
    fn from(plan: RulePlan) -> Self {
        let line = |line: entrepot_listings::RulePlanLine| RulePlanLineView {
            listing: line.listing,
            variant: line.variant,
            sku: line.sku,
            price: line.price.map(AmountView::from),
            price_then: line.price_then.map(AmountView::from),
            stock: line.stock,
            stock_then: line.stock_then,
            problem: line.problem,
        };
        Self {
            listings: plan.listings,
            changed: plan.changed,
            refused: plan.refused,
            lines: plan.lines.into_iter().map(line).collect(),
            creates: plan.creates,
            returns: plan.returns,
            ends: plan.ends,
            moves: plan.moves,
            unplaced: plan.unplaced,
            matches: plan.matches,
            listed: plan.listed.into_iter().map(Into::into).collect(),
        }
    }
}

/// What a channel does with its listings
#[utoipa::path(get, path = "/channels/{channel}/rule", tag = "listings", security(("scope" = ["listings:read"])), params(("channel" = String, Path)),
    responses((status = 200, body = ListingRule), (status = 404, body = Problem)))]
pub(crate) async fn get(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
) -> Result<Json<ListingRule>, Problem> {
    Ok(Json(app.cases.listings.rule(&context.tenant, &channel).await?.into()))
}

/// Set it; all listings of the channel follow
#[utoipa::path(put, path = "/channels/{channel}/rule", tag = "listings", security(("scope" = ["listings:write"])), params(("channel" = String, Path)),
    request_body = ListingRule,
    responses((status = 200, body = ListingRule), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn set(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
    JsonBody(rule): JsonBody<ListingRule>,
) -> Result<Json<ListingRule>, Problem> {
    let rule = ChannelRule::from(rule);
    app.cases.listings.set_rule(&context, &channel, &rule).await?;
    Ok(Json(rule.into()))
}

/// What a rule would change, before it is set
#[utoipa::path(post, path = "/channels/{channel}/rule/plan", tag = "listings", security(("scope" = ["listings:write"])), params(("channel" = String, Path)),
    request_body = ListingRule,
    responses((status = 200, body = RulePlanView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn plan(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
    JsonBody(rule): JsonBody<ListingRule>,
) -> Result<Json<RulePlanView>, Problem> {
    Ok(Json(app.cases.listings.plan_rule(&context.tenant, &channel, &rule.into()).await?.into()))
}
