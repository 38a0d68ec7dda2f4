use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use entrepot_catalog::clean_html;
use entrepot_domain::account::Scope;
use entrepot_domain::catalog::{Issue, Product, web_address};
use entrepot_listings::ListingLook;
use serde::Deserialize;

use super::conflicts::{ConflictLine, lines};
use super::history::Event;
use super::standing::Stand;
use super::values::{FieldLine, VariantLine, fields, variants};
use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::frame::{Frame, Section, page};
use crate::kit::{Moment, Pager, Status, address, money, segment};
use crate::runs::ChannelNames;
use crate::visitor::Visitor;

const EVENTS: i64 = 20;
const PICTURES: usize = 12;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Place {
    /// Of the history: from before that entry.
    before: String,
}

/// As buyers see it there.
struct Preview {
    title: String,
    price: String,
    pictures: Vec<String>,
    description: Option<String>,
}

#[derive(Template)]
#[template(path = "listings/show.html")]
struct Page {
    frame: Frame,
    id: String,
    title: String,
    product: String,
    channel: String,
    channel_name: String,
    status: Status,
    synced: Option<Moment>,
    why: Option<String>,
    next: &'static str,
    again: Option<Moment>,
    all_wait: Option<(String, Moment)>,
    url: Option<String>,
    /// Something is to be done about it by whoever looks.
    may_sell: bool,
    draft: bool,
    ended: bool,
    can_remove: bool,
    conflicts: Vec<ConflictLine>,
    /// When the newest of them was seen.
    newest_conflict: i64,
    fields: Vec<FieldLine>,
    variants: Vec<VariantLine>,
    more_variants: usize,
    /// Of no field that is shown.
    issues: Vec<String>,
    warnings: Vec<String>,
    /// Why nobody can say whether it would be refused.
    unchecked: Option<String>,
    passes: bool,
    preview: Option<Preview>,
    history: Vec<Event>,
    pager: Pager,
    version: i64,
    set: String,
    external_id: Option<String>,
    warned: Vec<String>,
}

fn preview(shown: Product) -> Preview {
    let amounts: Vec<_> = shown.variants.iter().filter_map(|variant| variant.price.as_ref()).collect();
    let price = match (amounts.iter().min_by_key(|one| one.minor), amounts.iter().max_by_key(|one| one.minor)) {
        (Some(low), Some(high)) if low.minor != high.minor => format!("{} to {}", money(low), money(high)),
        (Some(low), _) => money(low),
        _ => String::new(),
    };
    Preview {
        title: shown.title,
        pictures: shown.media.iter().filter_map(|media| web_address(&media.url)).take(PICTURES).collect(),
        // An adapter says what it likes.
        description: shown.description_html.as_deref().and_then(clean_html),
        price,
    }
}

/// What is said of a field, by where it is.
fn by_field(issues: &[Issue]) -> BTreeMap<String, Vec<String>> {
    let mut by = BTreeMap::<_, Vec<_>>::new();
    for issue in issues {
        by.entry(issue.path.clone()).or_default().push(issue.message.clone());
    }
    by
}

pub(crate) async fn handler(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(place): Query<Place>,
) -> Result<Response, Failure> {
    let tenant = visitor.tenant();
    let look = app.cases.listings.look(tenant, &id).await?;
    let db = app.cases.services.db();
    let (scoped, now) = (db.tenant(tenant), db.clock().now());
    let names = ChannelNames::stored(&scoped).await?;
    let mut events = app.cases.listings.history(tenant, &id, &place.before, EVENTS + 1).await?;
    let more = events.len() > EVENTS as usize;
    events.truncate(EVENTS as usize);
    let older = events.last().filter(|_| more).map(|last| last.id.clone());
    let path = format!("/listings/{}", segment(&id));
    let ListingLook { report, check, all_wait, .. } = &look;
    let (mut issues, warnings, unchecked) = match check {
        Ok(check) => (by_field(&check.issues), check.warnings.as_slice(), None),
        Err(error) => (BTreeMap::new(), &[][..], Some(sentence(&error.to_string()))),
    };
    let passes = check.as_ref().is_ok_and(|check| check.ok);
    let stand = Stand::from(report);
    let fields = fields(&look, &mut issues);
    let (variants, more_variants) = variants(&look, &mut issues, now);
    let said = report.issues.as_array().into_iter().flatten().filter_map(|issue| issue["message"].as_str());
    let taken_off = report.status == "archived" && report.channel_status.as_deref() == Some("ended");
    let stands = (report.external_id.is_some() && !taken_off) || report.in_doubt;
    Ok(page(&Page {
        frame: visitor.frame(Section::Listings, report.title.clone().unwrap_or_else(|| id.clone())),
        title: report.title.clone().unwrap_or_else(|| "A product that is gone from its shop".to_owned()),
        status: stand.status(),
        synced: report.last_synced_at.map(|at| Moment { at, now }),
        why: stand.why(),
        next: stand.next(),
        again: stand.again(now),
        all_wait: all_wait.as_ref().map(|(why, at)| (sentence(why), Moment { at: *at, now })),
        url: report.external_url.as_deref().and_then(web_address),
        may_sell: visitor.may(Scope::WriteListings),
        draft: report.status == "draft",
        ended: report.status == "archived",
        can_remove: !stands && report.sync_status != "waiting" && report.sync_status != "sending",
        issues: issues.into_values().flatten().collect(),
        warnings: warnings.iter().map(|issue| issue.message.clone()).collect(),
        warned: if report.sync_status == "synced" { said.map(str::to_owned).collect() } else { Vec::new() },
        preview: check.as_ref().ok().and_then(|check| check.shown.clone()).map(preview),
        history: events.into_iter().map(|event| Event::new(event, &visitor, now)).collect(),
        pager: Pager::new(&place.before, older.as_deref(), |before| address(&path, &[("before", before)])),
        version: report.version,
        set: serde_json::to_string_pretty(&report.set).unwrap_or_default(),
        external_id: report.external_id.clone(),
        channel_name: names.name(&report.channel).to_owned(),
        channel: report.channel.clone(),
        product: report.product.clone(),
        newest_conflict: look.conflicts.iter().map(|of| of.seen_at).max().unwrap_or(0),
        conflicts: lines(&look, now),
        unchecked,
        passes,
        fields,
        variants,
        more_variants,
        id,
    }))
}
