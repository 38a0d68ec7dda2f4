//! What is around every page: title, navigation, light or dark.

use askama::Template;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{AppendHeaders, Html, IntoResponse, Redirect, Response};
use entrepot_domain::account::Scope;

use crate::assets;

/// Pages carry no style or script of their own. Pictures of goods are wherever the shop keeps them.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' https: http:; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
pub(crate) const THEMES: [&str; 3] = ["auto", "light", "dark"];

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Section {
    Start,
    Products,
    Listings,
    Stock,
    Channels,
    Links,
    Runs,
    DeadLetters,
    Adapters,
    Members,
    Host,
    /// Of no section.
    #[default]
    Other,
}

impl Section {
    const ALL: [Self; 11] = [
        Self::Start,
        Self::Products,
        Self::Listings,
        Self::Stock,
        Self::Channels,
        Self::Links,
        Self::Runs,
        Self::DeadLetters,
        Self::Adapters,
        Self::Members,
        Self::Host,
    ];

    fn scope(self) -> Scope {
        match self {
            Self::Adapters => Scope::ReadAdapters,
            Self::Members => Scope::ReadMembers,
            Self::Host => Scope::ReadTenants,
            Self::Channels => Scope::ReadChannels,
            Self::Listings => Scope::ReadListings,
            Self::Stock => Scope::ReadStock,
            _ => Scope::ReadCatalog,
        }
    }

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Start => "Start",
            Self::Products => "Products",
            Self::Listings => "Listings",
            Self::Stock => "Stock",
            Self::Channels => "Channels",
            Self::Links => "Links",
            Self::Runs => "Runs",
            Self::DeadLetters => "Dead letters",
            Self::Adapters => "Adapters",
            Self::Members => "Members",
            Self::Host => "Host",
            Self::Other => "",
        }
    }

    pub(crate) fn href(self) -> &'static str {
        match self {
            Self::Start | Self::Other => "/",
            Self::Products => "/products",
            Self::Listings => "/listings",
            Self::Stock => "/stock",
            Self::Channels => "/channels",
            Self::Links => "/links",
            Self::Runs => "/runs",
            Self::DeadLetters => "/dead-letters",
            Self::Adapters => "/adapters",
            Self::Members => "/members",
            Self::Host => "/host",
        }
    }
}

/// What the layout shows.
#[derive(Default)]
pub(crate) struct Frame {
    pub(crate) title: String,
    section: Section,
    pub(crate) theme: &'static str,
    /// Where the browser is, to come back to.
    pub(crate) here: String,
    /// Who is signed in.
    pub(crate) who: Option<String>,
    /// The name of the one whose goods are shown.
    pub(crate) tenant: Option<String>,
    shown: Vec<Section>,
}

impl Frame {
    pub(crate) fn new(section: Section, title: String, theme: &'static str, here: String) -> Self {
        Self { title, section, theme, here, who: None, tenant: None, shown: Vec::new() }
    }

    /// With the sections that whoever looks may see.
    pub(crate) fn of(self, who: Option<String>, tenant: Option<String>, may: impl Fn(Scope) -> bool) -> Self {
        let shown = Section::ALL.into_iter().filter(|section| may(section.scope())).collect();
        Self { who, tenant, shown, ..self }
    }

    /// For nobody in particular.
    pub(crate) fn bare(title: &str) -> Self {
        Self::new(Section::Other, title.to_owned(), THEMES[0], "/".to_owned())
    }

    pub(crate) fn sections(&self) -> Vec<(Section, bool)> {
        self.shown.iter().map(|section| (*section, *section == self.section)).collect()
    }

    /// There are products to be searched.
    pub(crate) fn searches(&self) -> bool {
        self.shown.contains(&Section::Products)
    }

    pub(crate) fn themes(&self) -> [(&'static str, bool); 3] {
        THEMES.map(|theme| (theme, theme == self.theme))
    }

    pub(crate) fn style(&self) -> &'static str {
        assets::style()
    }

    pub(crate) fn script(&self) -> &'static str {
        assets::script()
    }

    pub(crate) fn icon(&self) -> &'static str {
        assets::icon()
    }
}

/// A page as a browser takes it.
pub(crate) fn page(template: &impl Template) -> Response {
    with_status(StatusCode::OK, template)
}

pub(crate) fn with_status(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => {
            let headers = [
                (header::CONTENT_SECURITY_POLICY, POLICY),
                // Under `no-referrer` browsers send forms with `Origin: null`.
                (header::REFERRER_POLICY, "same-origin"),
                (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
            ];
            (status, AppendHeaders(headers), Html(html)).into_response()
        }
        Err(error) => {
            tracing::error!("a page could not be made: {error}");
            (StatusCode::INTERNAL_SERVER_ERROR, "the page could not be made; the host's log says why").into_response()
        }
    }
}

/// What changed something leads on with this.
pub(crate) fn see(path: impl AsRef<str>) -> Response {
    Redirect::to(path.as_ref()).into_response()
}

/// An address of this host: nobody is led elsewhere.
pub(crate) fn is_local(path: &str) -> bool {
    let printable = path.bytes().all(|byte| byte.is_ascii_graphic());
    path.starts_with('/') && !path.starts_with("//") && !path.contains('\\') && printable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_elsewhere() {
        for (path, local) in [
            ("/runs?x=1", true),
            ("//evil.example", false),
            ("/\\evil.example", false),
            ("https://evil.example", false),
            ("/\t/evil.example", false),
            ("/\u{1}", false),
            ("/ü", false),
            ("", false),
        ] {
            assert_eq!(is_local(path), local, "{path:?}");
        }
    }
}
