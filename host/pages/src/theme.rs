//! Light, dark, or as the system is: a cookie, so that a page has it from the first byte on.

use axum::Router;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde::Deserialize;

use crate::AppState;
use crate::forms::PostedForm;
use crate::frame::{THEMES, is_local, see};

const THEME: &str = "theme";

pub(crate) fn chosen(headers: &HeaderMap) -> &'static str {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let chosen = cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| THEMES.into_iter().find(|theme| name == THEME && *theme == value));
    chosen.unwrap_or(THEMES[0])
}

#[derive(Debug, Deserialize)]
struct Choice {
    theme: String,
    #[serde(default)]
    here: String,
}

pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/theme", post(choose_theme))
}

/// Light, dark, or as the system is.
async fn choose_theme(PostedForm(choice): PostedForm<Choice>) -> Response {
    let theme = THEMES.into_iter().find(|theme| *theme == choice.theme).unwrap_or(THEMES[0]);
    let cookie = format!("{THEME}={theme}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly");
    let here = if is_local(&choice.here) { choice.here.as_str() } else { "/" };
    ([(header::SET_COOKIE, cookie)], see(here)).into_response()
}
