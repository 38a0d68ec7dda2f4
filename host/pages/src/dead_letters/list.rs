use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use entrepot_catalog::Replay;
use entrepot_domain::clock::Timestamp;
use entrepot_store::dead_letters::{CLASSES, KINDS, Letter, LetterFilter};
use entrepot_web::Problem;
use serde::Deserialize;

use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::frame::{Frame, Section, page};
use crate::kit::{Choice, Moment, Pager, address, grouped, segment};
use crate::runs::ChannelNames;
use crate::visitor::Visitor;

const SHOWN: i64 = 50;

/// Of a list, and of what is tried again: the same words mean the same letters.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    pub(crate) channel: String,
    pub(crate) kind: String,
    pub(crate) class: String,
    pub(crate) code: String,
    pub(crate) before: String,
}

impl Filter {
    pub(crate) fn replay(&self) -> Replay {
        let filter = LetterFilter {
            kind: self.kind.clone(),
            class: self.class.clone(),
            code: self.code.clone(),
            ..LetterFilter::default()
        };
        let channel = Some(self.channel.clone()).filter(|channel| !channel.is_empty());
        Replay { channel, filter, ..Replay::default() }
    }

    pub(crate) fn parts(&self) -> [(&'static str, &str); 4] {
        [("channel", &self.channel), ("kind", &self.kind), ("class", &self.class), ("code", &self.code)]
    }

    pub(crate) fn at(&self, path: &str, before: &str) -> String {
        let [channel, kind, class, code] = self.parts();
        address(path, &[channel, kind, class, code, ("before", before)])
    }
}

/// Who has to do something about it.
pub(crate) fn whose(class: &str, code: &str) -> &'static str {
    match class {
        _ if code == "plan-limit" => "the operator: your plan allows no more products",
        "credentials" => "you: give the shop's credentials anew",
        "grant" => "the operator: the adapter may not do what it needs to",
        "marketplace" => "nobody: the shop has to answer again",
        "adapter" => "the adapter's publisher",
        _ => "you: mend the goods in the shop",
    }
}

pub(crate) struct Reason {
    pub(crate) number: String,
    pub(crate) kind: String,
    pub(crate) code: String,
    pub(crate) whose: &'static str,
    /// One of them.
    pub(crate) example: String,
    pub(crate) href: String,
}

struct Line {
    href: String,
    subject: String,
    kind: String,
    channel: String,
    reason: String,
    attempts: i64,
    last: Moment,
}

impl Line {
    fn new(letter: Letter, names: &ChannelNames, now: Timestamp) -> Self {
        Self {
            href: format!("/dead-letters/{}", segment(&letter.id)),
            channel: names.name(&letter.channel_id).to_owned(),
            last: Moment { at: letter.last_at, now },
            subject: letter.subject,
            kind: letter.kind,
            reason: sentence(&letter.reason),
            attempts: letter.attempts,
        }
    }
}

#[derive(Template)]
#[template(path = "dead_letters/list.html")]
struct Page {
    frame: Frame,
    channels: Vec<Choice>,
    kinds: Vec<Choice>,
    classes: Vec<Choice>,
    code: String,
    filtered: bool,
    reasons: Vec<Reason>,
    letters: Vec<Line>,
    replay: String,
    pager: Pager,
}

/// For which reasons, the most frequent first.
pub(crate) async fn reasons(app: &AppState, visitor: &Visitor, filter: &Filter) -> Result<Vec<Reason>, Failure> {
    let letters = app.cases.dead_letters.resolve_filter(visitor.tenant(), &filter.replay()).await?;
    let counts = app.cases.services.db().tenant(visitor.tenant()).count_letters(&letters).await?;
    let reason = |count: entrepot_store::dead_letters::LetterCount| {
        let of = Filter { kind: count.kind.clone(), code: count.code.clone(), ..filter.clone() };
        Reason {
            number: grouped(count.count),
            href: of.at("/dead-letters", ""),
            whose: whose(&count.class, &count.code),
            example: sentence(&count.reason),
            kind: count.kind,
            code: count.code,
        }
    };
    Ok(counts.into_iter().map(reason).collect())
}

pub(crate) async fn handler(
    State(app): State<AppState>,
    visitor: Visitor,
    Query(filter): Query<Filter>,
) -> Result<Response, Failure> {
    let names = ChannelNames::of(&app, &visitor).await?;
    let letters = app.cases.dead_letters.resolve_filter(visitor.tenant(), &filter.replay()).await?;
    let before = match filter.before.as_str() {
        "" => None,
        place => Some(place.parse().map_err(|()| Problem::no_cursor())?),
    };
    let db = app.cases.services.db();
    let mut found = db.tenant(visitor.tenant()).newest_letters(&letters, before.as_ref(), SHOWN + 1).await?;
    let more = found.len() > SHOWN as usize;
    found.truncate(SHOWN as usize);
    let next = found.last().filter(|_| more).map(|last| last.place().to_string());
    let now = db.clock().now();
    Ok(page(&Page {
        frame: visitor.frame(Section::DeadLetters, "Dead letters"),
        channels: Choice::all("All channels", &filter.channel, names.sorted()),
        kinds: Choice::all("All kinds", &filter.kind, KINDS.map(|kind| (kind, kind))),
        classes: Choice::all("Whoever has to act", &filter.class, CLASSES.map(|class| (class, class))),
        code: filter.code.clone(),
        filtered: filter.parts().iter().any(|(_, value)| !value.is_empty()),
        reasons: reasons(&app, &visitor, &filter).await?,
        letters: found.into_iter().map(|letter| Line::new(letter, &names, now)).collect(),
        replay: filter.at("/dead-letters/replay", ""),
        pager: Pager::new(&filter.before, next.as_deref(), |before| filter.at("/dead-letters", before)),
    }))
}
