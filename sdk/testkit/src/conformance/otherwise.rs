//! No request says another method or route than those that the rules name, whatever parameter or header it tries.

use entrepot_policy::{BoundGrant, BoundRule, Grant};
use url::Url;

use super::{Outcome, Subject};

const METHODS: [&str; 4] =
    ["_method=DELETE", "a=1;_method[]=DELETE", "%255fmethod=DELETE", "x.http.method.override=DELETE"];
const ROUTES: [&str; 3] = ["rest_route", "rest.route", "rest%5Froute[]"];
/// Asked for by nobody who names what is needed.
const ROUTE: &str = "/entrepot-conformance/route";
const HEADERS: [&str; 3] = ["x-http-method-override", "x-original-url", "x-forwarded-host"];

pub(super) fn refused(subject: &Subject<'_>) -> Outcome {
    let manifest = &subject.kit.manifest;
    let settings = manifest.check_settings(&subject.case.login.settings);
    let settings =
        settings.map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
    let grant = Grant::as_requested(manifest, "");
    let bound = BoundGrant::bind(&grant, manifest, &settings).map_err(|error| error.to_string())?;
    let mut tried = 0;
    for rule in bound.rules() {
        tried += of_rule(&bound, rule)?;
    }
    Ok(format!("{tried} requests refused"))
}

fn of_rule(bound: &BoundGrant, rule: &BoundRule) -> Result<usize, String> {
    let (name, mut tried) = (&rule.rule.name, 0);
    let own = rule.rule.query.iter().flatten().filter_map(|parameter| parameter.route());
    let routes = ROUTES.into_iter().chain(own).map(|name| format!("{name}={ROUTE}"));
    let queries: Vec<String> = METHODS.into_iter().map(str::to_owned).chain(routes).collect();
    for address in rule.examples() {
        let url = |query: &str| Url::parse(&format!("{address}{query}")).map_err(|error| format!("{address}: {error}"));
        let pairs =
            rule.rule.operations.iter().flat_map(|operation| rule.rule.methods.iter().map(move |m| (operation, m)));
        for (operation, method) in pairs {
            let allowed = |url: &Url, headers: &[&str]| {
                bound.allow_with(operation.as_str(), method.as_str(), url, headers).is_ok()
            };
            for query in &queries {
                if allowed(&url(&format!("?{query}"))?, &[]) {
                    return Err(format!(
                        "the rule {name} lets {query} through: in its `query`, name the routes it needs"
                    ));
                }
            }
            let plain = url("")?;
            if let Some(header) = HEADERS.iter().find(|header| allowed(&plain, &[header])) {
                return Err(format!("the rule {name} lets the header {header} through"));
            }
            tried += queries.len() + HEADERS.len();
        }
    }
    Ok(tried)
}
