//! People who sign in, over HTTP, and the mails they get.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use entrepot_accounts::{Handing, NewUser};
use entrepot_domain::account::{HostRole, TenantRole};
use serde_json::{Value, json};

use crate::App;
use crate::rest::{Answer, HOST, Web};

/// What everybody here signs in with.
pub const PASSWORD: &str = "correct horse battery staple";

/// Somebody, as a program of theirs asks.
pub struct Person {
    pub email: String,
    pub access: String,
    pub refresh: String,
    /// What the sign-in said.
    pub signed_in: Value,
}

/// One request with what it shows.
pub async fn ask(web: &Web, bearer: Option<&str>, method: &str, path: &str, body: Value) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, HOST);
    if let Some(bearer) = bearer {
        request = request.header(header::AUTHORIZATION, format!("Bearer {bearer}"));
    }
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let request = request.header(header::CONTENT_TYPE, "application/json").body(body).expect("a request");
    web.send(request).await
}

impl Person {
    pub async fn ask(&self, web: &Web, method: &str, path: &str, body: Value) -> Answer {
        ask(web, Some(&self.access), method, path, body).await
    }

    pub async fn get(&self, web: &Web, path: &str) -> Answer {
        self.ask(web, "GET", path, Value::Null).await
    }
}

pub async fn sign_in(web: &Web, email: &str, more: Value) -> Answer {
    let mut body = json!({"email": email, "password": PASSWORD});
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    ask(web, None, "POST", "/api/v1/auth/sign-in", body).await
}

/// Signs in as a program does.
pub async fn enter(web: &Web, email: &str) -> Person {
    let answer = sign_in(web, email, Value::Null).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json());
    let signed_in = answer.json();
    let token = |name: &str| signed_in["tokens"][name].as_str().expect("a token").to_owned();
    Person { email: email.to_owned(), access: token("access_token"), refresh: token("refresh_token"), signed_in }
}

/// Somebody with these roles, who has signed in.
pub async fn person(
    app: &App,
    web: &Web,
    email: &str,
    host_role: Option<HostRole>,
    tenant: Option<(&str, TenantRole)>,
) -> Person {
    let new =
        NewUser { email, name: None, host_role, tenant, password: Some(PASSWORD), handing: Handing::Shown, by: "test" };
    app.host.app.accounts.add_user(new).await.expect("an account");
    enter(web, email).await
}

/// Everything that is due is sent.
pub async fn send_mails(app: &App) -> u64 {
    app.host.app.accounts.send_mails().await.expect("mails are sent")
}

/// Texts of the mails that somebody got, in no order.
pub fn mails_to(app: &App, email: &str) -> Vec<String> {
    let Ok(files) = std::fs::read_dir(app.data_dir().join("mails")) else { return Vec::new() };
    let texts = files.filter_map(|file| std::fs::read_to_string(file.ok()?.path()).ok());
    texts
        .filter(|text| text.lines().any(|line| line.trim() == format!("To: {email}")))
        .map(|text| decoded(&text))
        .collect()
}

/// Sends what is due and reads the token of the link for that purpose in the one mail that came by it.
pub async fn link_token(app: &App, email: &str, purpose: &str) -> String {
    let before = mails_to(app, email);
    send_mails(app).await;
    let new: Vec<String> = mails_to(app, email).into_iter().filter(|mail| !before.contains(mail)).collect();
    let found = new.iter().find_map(|mail| token_in(mail, purpose));
    found.unwrap_or_else(|| panic!("no link to {purpose} for {email} in {new:?}"))
}

pub fn token_in(text: &str, purpose: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("/account/{purpose}?token="))?;
    Some(rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect())
}

/// Quoted-printable, as far as mails of ours have it.
fn decoded(text: &str) -> String {
    let joined = text.replace("=\r\n", "").replace("=\n", "");
    let mut out = String::new();
    let mut rest = joined.as_str();
    while let Some((before, after)) = rest.split_once('=') {
        out.push_str(before);
        match after.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if byte.is_ascii() => {
                out.push(char::from(byte));
                rest = &after[2..];
            }
            _ => {
                out.push('=');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Waits until it is so.
pub async fn until<F: Future<Output = bool>>(what: &str, mut is_so: impl FnMut() -> F) {
    let patience = Instant::now();
    while !is_so().await {
        assert!(patience.elapsed() < Duration::from_secs(30), "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
