//! From a request to an answer, in the order WordPress does it: who asks, which route, are the parameters good, may they.

mod asked;
mod webhooks;
mod writes;

use self::asked::Asked;
use super::keys::Caller;
use super::options::{Options, Permalinks};
use super::render::View;
use super::state::State;
use super::store::Store;
use crate::server::{Answer, Request, Site};

impl Site for Store {
    fn answer(&self, request: &Request) -> Answer {
        self.0.script.comes(self, request);
        answer(self, request)
    }

    fn answered(&self, request: &Request) {
        self.0.script.gone(self, request);
    }

    fn folder(&self) -> String {
        self.read().options.folder.clone()
    }
}

const NOT_FOUND: &str = "<!DOCTYPE html>\n<html lang=\"en-US\">\n<head><title>Page not found</title></head>\n\
                         <body class=\"error404\"><h1>Oops! That page can&rsquo;t be found.</h1></body>\n</html>\n";
const FRONT: &str = "<!DOCTYPE html>\n<html lang=\"en-US\">\n<head><title>Shop</title></head>\n\
                     <body class=\"home\"><h1>Shop</h1></body>\n</html>\n";

fn answer(store: &Store, request: &Request) -> Answer {
    // Before the state is read for an answer: it is changed first.
    if let Some(answer) = writes::answer(store, request) {
        return answer;
    }
    if request.path.ends_with("/wc-auth/v1/authorize") {
        return super::authorize::answer(store, request);
    }
    let state = store.read();
    let options = &state.options;
    let home = options.home(&request.origin);
    let inside = match request.path.strip_prefix(&options.folder) {
        Some(inside) if inside.is_empty() || inside.starts_with('/') => inside,
        _ => return Answer::html(404, NOT_FOUND),
    };
    let route = match (request.parameter("rest_route"), inside.strip_prefix("/wp-json"), options.permalinks) {
        (Some(route), _, _) if matches!(inside, "" | "/" | "/index.php") => route,
        (_, Some(rest), Permalinks::Pretty) if rest.is_empty() || rest.starts_with('/') => rest.to_owned(),
        (_, Some(_), Permalinks::PlainRedirect) => {
            let mut answer = Answer::html(301, "");
            answer.set("Location", format!("{home}/"));
            return answer;
        }
        _ => return page(inside, &home, options),
    };
    let mut answer = api(store, &state, request, &home, &route);
    let has_links = answer.header("Link").is_some();
    if !has_links {
        answer.set("Link", format!("<{}>; rel=\"https://api.w.org/\"", root(&home, options)));
    }
    for (name, value) in [
        ("Server", "nginx"),
        ("X-Robots-Tag", "noindex"),
        ("X-Content-Type-Options", "nosniff"),
        ("Access-Control-Expose-Headers", "X-WP-Total, X-WP-TotalPages, Link"),
        ("Access-Control-Allow-Headers", "Authorization, X-WP-Nonce, Content-Disposition, Content-MD5, Content-Type"),
    ] {
        answer.set(name, value);
    }
    answer
}

/// A page of the theme.
fn page(inside: &str, home: &str, options: &Options) -> Answer {
    if !matches!(inside, "" | "/") {
        return Answer::html(404, NOT_FOUND);
    }
    let mut answer = Answer::html(200, FRONT);
    answer.set("Link", format!("<{}>; rel=\"https://api.w.org/\"", root(home, options)));
    answer
}

fn root(home: &str, options: &Options) -> String {
    match options.permalinks {
        Permalinks::Pretty => format!("{home}/wp-json/"),
        _ => format!("{home}/index.php?rest_route=/"),
    }
}

fn api(store: &Store, state: &State, request: &Request, home: &str, route: &str) -> Answer {
    let caller = match store.0.keys.authenticate(request, &state.options) {
        Ok(caller) => caller,
        Err(refusal) => return refusal,
    };
    let route = route.trim_matches('/');
    let fields = request.parameter("_fields").map(|fields| wanted(&fields));
    let escaped = home.replace('/', "\\/");
    let context = request.parameter("context");
    let view = View {
        state,
        home: &escaped,
        fields: fields.as_deref().filter(|fields| !fields.is_empty()),
        edit: context.as_deref() == Some("edit"),
        single: true,
        now: state.now(),
    };
    let mut answer = Asked { store, request, home, caller, view }.answer(route);
    if caller == Caller::Anonymous {
        answer.set("Vary", "Origin");
    } else {
        answer.set("Expires", "Wed, 11 Jan 1984 05:00:00 GMT");
        answer.set("Cache-Control", "no-cache, must-revalidate, max-age=0, no-store, private");
    }
    answer
}

/// `_fields` as a list of top-level keys.
pub(crate) fn wanted(fields: &str) -> Vec<String> {
    let pieces = fields.split(|c: char| c == ',' || c.is_whitespace()).filter(|piece| !piece.is_empty());
    pieces.map(|piece| piece.split('.').next().unwrap_or(piece).to_owned()).collect()
}
