//! What a rule lists by itself, and into which categories.

use axum::Json;
use axum::extract::State;
use entrepot_domain::effective::{CategoryRule, Create, ListRule, ProductFilter};
use entrepot_listings::ListPlanLine;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::AppState;
use crate::context::Context;
use crate::extract::{JsonBody, Path};
use crate::problem::Problem;

/// Which products are listed without a person asking for each
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ListRuleView {
    /// Ids or names of the channels that they come from; empty: all but this one
    #[serde(skip_serializing_if = "Vec::is_empty")]
    from: Vec<String>,
    /// Those that match; empty: all
    when: ProductFilterView,
    /// But not those that match this; empty: no exception
    except: ProductFilterView,
    create: CreateWord,
    /// A listing that the rule made is ended when its product no longer matches, and comes back when it matches again
    end: bool,
}

/// What is made of a product that matches and has no listing
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CreateWord {
    /// A draft, which a person publishes
    #[default]
    Draft,
    /// A listing that goes on sale; what the marketplace has already by one of its SKUs becomes a draft
    Publish,
}

/// Any of the brands, and any of the types, and any of the tags. Capitals count as small letters
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ProductFilterView {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 200)]
    brands: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 200)]
    types: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 200)]
    tags: Vec<String>,
}

/// The marketplace's category of products that match and that nobody gave one by hand; the first rule that matches counts
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CategoryRuleView {
    when: ProductFilterView,
    /// The marketplace's id
    category: String,
    /// What the category asks for, by key, as in a listing's own fields
    #[serde(skip_serializing_if = "Map::is_empty")]
    fields: Map<String, Value>,
}

/// What would become of one product's listing
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListPlanLineView {
    product: String,
    title: String,
    /// create, return or end
    what: &'static str,
    listing: Option<String>,
}

impl From<ListPlanLine> for ListPlanLineView {
    fn from(ListPlanLine { product, title, what, listing }: ListPlanLine) -> Self {
        Self { product, title, what, listing }
    }
}

impl From<ProductFilterView> for ProductFilter {
    fn from(ProductFilterView { brands, types, tags }: ProductFilterView) -> Self {
        Self { brands, types, tags }
    }
}

impl From<ProductFilter> for ProductFilterView {
    fn from(ProductFilter { brands, types, tags }: ProductFilter) -> Self {
        Self { brands, types, tags }
    }
}

impl From<ListRuleView> for ListRule {
    fn from(ListRuleView { from, when, except, create, end }: ListRuleView) -> Self {
        let create = match create {
            CreateWord::Draft => Create::Draft,
            CreateWord::Publish => Create::Publish,
        };
        Self { from, when: when.into(), except: except.into(), create, end }
    }
}

impl From<ListRule> for ListRuleView {
    fn from(ListRule { from, when, except, create, end }: ListRule) -> Self {
        let create = match create {
            Create::Draft => CreateWord::Draft,
            Create::Publish => CreateWord::Publish,
        };
        Self { from, when: when.into(), except: except.into(), create, end }
    }
}

impl From<CategoryRuleView> for CategoryRule {
    fn from(CategoryRuleView { when, category, fields }: CategoryRuleView) -> Self {
        Self { when: when.into(), category, fields }
    }
}

impl From<CategoryRule> for CategoryRuleView {
    fn from(CategoryRule { when, category, fields }: CategoryRule) -> Self {
        Self { when: when.into(), category, fields }
    }
}

/// Listings that the rule would end, which are so many that a person is asked first
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeldEnds {
    /// 0: none is held back
    held: i64,
}

/// How many listings may be ended
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AllowEnds {
    /// As many as were shown as held back; more than that are asked about again
    #[schema(minimum = 1)]
    allow: i64,
}

/// Listings that a channel's rule would end and that wait to be allowed
#[utoipa::path(get, path = "/channels/{channel}/rule/ends", tag = "listings", security(("scope" = ["listings:read"])), params(("channel" = String, Path)),
    responses((status = 200, body = HeldEnds), (status = 404, body = Problem)))]
pub(crate) async fn held(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
) -> Result<Json<HeldEnds>, Problem> {
    Ok(Json(HeldEnds { held: app.cases.listings.held_rule_ends(&context.tenant, &channel).await? }))
}

/// Allow a channel's rule to end as many listings as it holds back
#[utoipa::path(put, path = "/channels/{channel}/rule/ends", tag = "listings", security(("scope" = ["listings:write"])), params(("channel" = String, Path)),
    request_body = AllowEnds,
    responses((status = 200, body = HeldEnds), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn allow(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
    JsonBody(AllowEnds { allow }): JsonBody<AllowEnds>,
) -> Result<Json<HeldEnds>, Problem> {
    app.cases.listings.allow_rule_ends(&context, &channel, allow).await?;
    Ok(Json(HeldEnds { held: app.cases.listings.held_rule_ends(&context.tenant, &channel).await? }))
}
