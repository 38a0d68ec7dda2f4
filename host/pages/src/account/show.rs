use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use entrepot_accounts::{AccountError, Person};
use entrepot_web::Problem;

use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::frame::{Frame, Section, with_status};
use crate::kit::Moment;
use crate::visitor::Somebody;

struct Session {
    id: String,
    kind: String,
    agent: String,
    address: String,
    seen: Moment,
    current: bool,
}

/// What came of a form, said beside it.
pub(crate) struct Said {
    pub(crate) part: &'static str,
    pub(crate) outcome: Result<&'static str, Problem>,
}

#[derive(Template)]
#[template(path = "account/show.html")]
struct Page {
    frame: Frame,
    email: String,
    name: String,
    second_factor: bool,
    recovery_codes: i64,
    /// Roles of the host do not count without one.
    withheld: bool,
    sessions: Vec<Session>,
    /// Of which form, whether it is a problem, and the words.
    said: Option<(&'static str, bool, String)>,
}

impl Page {
    fn said(&self, part: &str) -> Option<&(&'static str, bool, String)> {
        self.said.as_ref().filter(|(of, ..)| *of == part)
    }
}

pub(crate) fn person(somebody: &Somebody) -> Result<&Person, Problem> {
    somebody.principal.person().ok_or_else(Problem::unauthenticated)
}

/// The page after a form of it. What may work a moment later is no fault of what was typed.
pub(crate) async fn after<T>(
    app: &AppState,
    somebody: &Somebody,
    part: &'static str,
    outcome: Result<T, AccountError>,
    done: &'static str,
) -> Result<Response, Failure> {
    let outcome = match outcome {
        Err(error) if error.is_transient() => return Err(error.into()),
        outcome => outcome.map(|_| done).map_err(Problem::from),
    };
    page(app, somebody, Some(Said { part, outcome })).await
}

async fn page(app: &AppState, somebody: &Somebody, said: Option<Said>) -> Result<Response, Failure> {
    let person = person(somebody)?;
    let now = app.cases.services.db().clock().now();
    let sessions = app.cases.accounts.sessions(&person.user).await?.into_iter().map(|row| Session {
        current: row.id == person.session.as_str(),
        seen: Moment { at: row.seen_at, now },
        id: row.id,
        kind: row.kind,
        agent: row.agent,
        address: row.address,
    });
    let profile = app.cases.accounts.profile(&person.user).await?;
    let code = said.as_ref().and_then(|said| said.outcome.as_ref().err()).map_or(StatusCode::OK, Problem::status);
    let second_factor = profile.user.totp.is_some();
    let shown = Page {
        frame: somebody.frame(Section::Other, "Your account"),
        email: person.email.clone(),
        name: person.name.clone(),
        second_factor,
        recovery_codes: profile.recovery_codes_left,
        withheld: somebody.principal.withheld,
        sessions: sessions.collect(),
        said: said.map(|said| match said.outcome {
            Ok(done) => (said.part, false, done.to_owned()),
            Err(problem) => (said.part, true, sentence(problem.detail())),
        }),
    };
    Ok(with_status(code, &shown))
}

pub(crate) async fn handler(State(app): State<AppState>, somebody: Somebody) -> Result<Response, Failure> {
    page(&app, &somebody, None).await
}
