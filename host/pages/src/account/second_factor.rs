//! A second factor: shown once to be set up, confirmed with a code of it, given up with the password.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use entrepot_accounts::AccountError;
use entrepot_web::Problem;
use qrcode::QrCode;
use qrcode::render::svg::Color;
use serde::Deserialize;

use super::show::{after, person};
use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::forms::{PostedForm, Trying};
use crate::frame::{Frame, Section, page, see, with_status};
use crate::visitor::Somebody;

/// Pixels of the code's sides.
const SIDE: u32 = 200;

#[derive(Template)]
#[template(path = "account/second_factor.html")]
struct Page {
    frame: Frame,
    /// As a picture, and to be typed. Not after a wrong code: whoever looks over a shoulder then sees nothing.
    shown: Option<(String, String)>,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "account/recovery_codes.html")]
struct Codes {
    frame: Frame,
    codes: Vec<String>,
}

// No Debug: it holds a password.
#[derive(Deserialize)]
pub(crate) struct Own {
    password: String,
}

#[derive(Deserialize)]
pub(crate) struct Code {
    code: String,
}

pub(crate) async fn begin(
    State(app): State<AppState>,
    somebody: Somebody,
    _: Trying,
    PostedForm(given): PostedForm<Own>,
) -> Result<Response, Failure> {
    let new = match app.cases.accounts.begin_second_factor(&person(&somebody)?.user, &given.password).await {
        Ok(new) => new,
        refused => return after(&app, &somebody, "second-factor", refused, "").await,
    };
    let shown = Some((picture(new.url.expose())?, in_fours(new.secret.expose())));
    let frame = somebody.frame(Section::Other, "Set up a second factor");
    Ok(page(&Page { frame, shown, problem: None }))
}

pub(crate) async fn confirm(
    State(app): State<AppState>,
    somebody: Somebody,
    _: Trying,
    PostedForm(given): PostedForm<Code>,
) -> Result<Response, Failure> {
    let person = person(&somebody)?;
    let code: String = given.code.chars().filter(|c| !c.is_whitespace()).collect();
    match app.cases.accounts.confirm_second_factor(&person.user, person.session.as_str(), &code).await {
        Ok(codes) => {
            let codes = codes.iter().map(|code| code.expose().to_owned()).collect();
            Ok(page(&Codes { frame: somebody.frame(Section::Other, "Recovery codes"), codes }))
        }
        Err(error) if error.is_transient() => Err(error.into()),
        // Nothing is being set up: it was confirmed in another tab, or never begun.
        Err(AccountError::Conflict(_)) => Ok(see("/me")),
        Err(error) => {
            let problem = Problem::from(error);
            let frame = somebody.frame(Section::Other, "Set up a second factor");
            let shown = Page { frame, shown: None, problem: Some(sentence(problem.detail())) };
            Ok(with_status(problem.status(), &shown))
        }
    }
}

pub(crate) async fn remove(
    State(app): State<AppState>,
    somebody: Somebody,
    _: Trying,
    PostedForm(given): PostedForm<Own>,
) -> Result<Response, Failure> {
    let done = app.cases.accounts.remove_second_factor(&person(&somebody)?.user, &given.password).await;
    after(&app, &somebody, "second-factor", done, "It is off: you sign in with your password alone.").await
}

/// An SVG to stand in a page.
fn picture(url: &str) -> Result<String, Problem> {
    let code = QrCode::new(url).map_err(|error| {
        tracing::error!("a second factor cannot be drawn: {error}");
        Problem::internal()
    })?;
    let svg = code.render().min_dimensions(SIDE, SIDE).dark_color(Color("#000")).light_color(Color("#fff")).build();
    // What stands before it is for files.
    Ok(svg.find("<svg").map_or_else(String::new, |at| svg[at..].to_owned()))
}

fn in_fours(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_a_picture_and_a_text() {
        let svg = picture("otpauth://totp/Entrepot:a%40b.example?secret=ABC").expect("drawn");
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>") && !svg.contains("style="), "{svg}");
        assert_eq!(in_fours("ABCDEFGHIJ"), "ABCD EFGH IJ");
    }
}
