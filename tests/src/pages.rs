//! A host's pages, as a browser without scripts asks for them.

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use entrepot_domain::TenantId;

use crate::App;
use crate::rest::{HOST, Web};

pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub html: String,
}

impl Page {
    /// Where a redirect leads.
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The address of the first link whose text holds this.
    pub fn link(&self, text: &str) -> String {
        let mut anchors =
            self.html.split("<a ").skip(1).filter_map(|rest| rest.split_once("</a>")).map(|(anchor, _)| anchor);
        let found = anchors.find(|anchor| anchor.split_once('>').is_some_and(|(_, shown)| shown.contains(text)));
        let href = found.and_then(|anchor| anchor.split_once("href=\"")).and_then(|(_, rest)| rest.split_once('"'));
        href.map_or_else(|| panic!("no link {text:?} in {}", self.html), |(href, _)| href.replace("&#38;", "&"))
    }

    pub fn holds(&self, text: &str) -> bool {
        self.html.contains(text)
    }
}

/// Who looks: one tenant's.
pub struct Pages(Web);

impl Pages {
    pub fn of(app: &App) -> Self {
        Self(Web::of(app))
    }

    pub async fn for_tenant(app: &App, tenant: &TenantId) -> Self {
        Self(Web::for_tenant(app, tenant).await)
    }

    /// Of a browser that is not signed in.
    pub fn anonymous(app: &App) -> Self {
        Self(Web::anonymous(app))
    }

    pub async fn ask(&self, request: Request<Body>) -> Page {
        let answer = self.0.send(request).await;
        let html = String::from_utf8_lossy(&answer.body).into_owned();
        Page { status: answer.status, headers: answer.headers, html }
    }

    pub async fn open(&self, path: &str) -> Page {
        let request = Request::get(path).header(header::HOST, HOST).header(header::ACCEPT, "text/html");
        self.ask(request.body(Body::empty()).expect("a request")).await
    }

    /// A page that is there.
    pub async fn shown(&self, path: &str) -> Page {
        let page = self.open(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.html);
        page
    }

    /// A form. Fields are encoded.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let request = Request::post(path)
            .header(header::HOST, HOST)
            .header(header::ACCEPT, "text/html")
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(request.body(Body::from(body.join("&"))).expect("a request")).await
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
