//! Approving an adapter: what it asks for in plain words, rule by rule, and what would change.

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::response::Response;
use entrepot_domain::account::Scope;
use entrepot_policy::Approval;
use entrepot_web::Problem;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::AppState;
use crate::failure::Failure;
use crate::frame::{Frame, Section, page, see};
use crate::kit::segment;
use crate::visitor::Somebody;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Which {
    version: Option<String>,
}

/// Something that can be withheld.
struct Part {
    name: String,
    words: String,
}

#[derive(Template)]
#[template(path = "adapters/approve.html")]
struct Page {
    frame: Frame,
    id: String,
    name: String,
    version: String,
    in_use: Option<String>,
    wider: Vec<String>,
    narrower: Vec<String>,
    cut: Vec<String>,
    rules: Vec<Part>,
    credentials: Vec<Part>,
    keys: Vec<Part>,
    rate: f64,
    toolchain: Vec<String>,
    signed: bool,
    /// Whoever looks approves, too.
    may_approve: bool,
}

pub(crate) async fn review(
    State(app): State<AppState>,
    somebody: Somebody,
    Path(adapter): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, Failure> {
    let admission = app.cases.services.admission();
    let row = admission.installed(&adapter, which.version.as_deref()).await?;
    let review = admission.review_of(&row).await?;
    let manifest = admission.manifest(&row).await?;
    let part = |name: &String, words: String| Part { name: name.clone(), words };
    Ok(page(&Page {
        frame: somebody.frame(Section::Adapters, format!("Review {}", manifest.name)),
        rules: manifest.egress.iter().map(|rule| part(&rule.name, rule.in_words())).collect(),
        credentials: manifest.credentials.iter().map(|(name, one)| part(name, one.in_words())).collect(),
        keys: manifest.keys.iter().map(|(slot, key)| part(slot, key.in_words(slot))).collect(),
        rate: manifest.rate_limit.requests_per_second,
        toolchain: admission.toolchain(&row).await?,
        signed: row.signer.is_some(),
        may_approve: somebody.principal.may(Scope::WriteAdapters),
        name: manifest.name,
        id: row.adapter_id,
        version: row.version,
        in_use: review.in_use,
        wider: review.difference.wider,
        narrower: review.difference.narrower,
        cut: review.cut,
    }))
}

/// What stays ticked is granted: every part is named in a hidden field, and again where its box is ticked.
fn approval(posted: &[(String, String)]) -> Result<Approval, Problem> {
    let all =
        |name: &str| posted.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect::<Vec<_>>();
    let one = |name: &str| all(name).into_iter().find(|value| !value.trim().is_empty());
    let withheld = |asked: &str, granted: &str| {
        let granted = all(granted);
        all(asked).into_iter().filter(|name| !granted.contains(name)).collect::<Vec<_>>()
    };
    let mut object = Map::new();
    object.insert("without_rules".into(), json!(withheld("asked_rule", "rule")));
    object.insert("without_credentials".into(), json!(withheld("asked_credential", "credential")));
    object.insert("without_keys".into(), json!(withheld("asked_key", "key")));
    object.insert("accept_narrower".into(), Value::Bool(one("accept_narrower").is_some()));
    object.insert("report_only".into(), Value::Bool(one("report_only").is_some()));
    if let Some(version) = one("version") {
        object.insert("version".into(), json!(version));
    }
    for name in ["share", "requests_per_second"] {
        let Some(given) = one(name) else { continue };
        let number: f64 =
            given.trim().parse().map_err(|_| Problem::bad_request(format!("{name} is a number, not {given:?}")))?;
        object.insert(name.into(), if name == "share" { json!(number as i64) } else { json!(number) });
    }
    Approval::from_json(object).map_err(|error| Problem::bad_request(format!("the form cannot be read: {error}")))
}

fn at(adapter: &str) -> Response {
    see(format!("/adapters/{}", segment(adapter)))
}

pub(crate) async fn approve(
    State(app): State<AppState>,
    somebody: Somebody,
    Path(adapter): Path<String>,
    Form(posted): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let approval = approval(&posted)?;
    app.cases.services.admission().approve_capped(&adapter, approval, somebody.actor()).await?;
    Ok(at(&adapter))
}

pub(crate) async fn promote(
    State(app): State<AppState>,
    somebody: Somebody,
    Path(adapter): Path<String>,
) -> Result<Response, Failure> {
    app.cases.services.admission().promote(&adapter, somebody.actor()).await?;
    Ok(at(&adapter))
}

pub(crate) async fn rollback(
    State(app): State<AppState>,
    somebody: Somebody,
    Path(adapter): Path<String>,
) -> Result<Response, Failure> {
    app.cases.services.admission().rollback(&adapter, somebody.actor()).await?;
    Ok(at(&adapter))
}

pub(crate) async fn revoke(
    State(app): State<AppState>,
    somebody: Somebody,
    Path(adapter): Path<String>,
) -> Result<Response, Failure> {
    app.cases.services.admission().revoke(&adapter, somebody.actor()).await?;
    Ok(at(&adapter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_ticked_is_withheld() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let posted = [
            pair("asked_rule", "read"),
            pair("asked_rule", "write"),
            pair("rule", "read"),
            pair("share", "10"),
            pair("requests_per_second", " 2.5 "),
        ];
        let approval = approval(&posted).unwrap_or_else(|problem| panic!("{}", problem.detail()));
        assert_eq!(approval.narrowing.without_rules, ["write"]);
        assert_eq!((approval.share, approval.narrowing.requests_per_second), (Some(10), Some(2.5)));
    }
}
