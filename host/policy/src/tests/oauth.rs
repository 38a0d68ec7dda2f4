//! What manifests say of OAuth, and what becomes of it.

use super::*;

const OAUTH: &str = r#"
id = "made-up"
name = "Made up"
publisher = "test"
version = "1.0.0"
world = "entrepot:adapter@0.1.0"

[settings]
shop = { type = "string", title = "Shop" }
mirror = { type = "url", title = "Another address" }

[secrets]
client_id = { title = "Id" }
client_secret = { title = "Secret", prefix = "cs_" }
access_token = { title = "Token", required = true }
refresh_token = { title = "Token" }
other = { title = "Other", required = true }

[oauth]
authorize_url = "https://{shop}.example.com/authorize"
token_url = "https://{shop}.example.com/token"
moved_by = "mirror"
client_id = "{client_id}"
client_secret = "{client_secret}"
scopes = ["read_goods", "read_stock"]
scope_separator = ","
refresh = true
code_parameters = { expiring = "1" }
implied_scopes = { write_goods = ["read_goods"] }

[oauth.callback]
match = { shop = "{shop}.example.com" }

[oauth.callback.signature]
parameter = "hmac"
secret = "client_secret"
algorithm = "hmac-sha256"
without = ["signature"]
timestamp = "timestamp"
"#;

fn manifest() -> Manifest {
    Manifest::parse(OAUTH).unwrap()
}

fn oauth() -> OAuth {
    manifest().oauth.unwrap()
}

#[test]
fn survives_the_database_and_is_as_small_as_before_without_it() {
    let manifest = manifest();
    let json = serde_json::to_value(&manifest).unwrap();
    assert_eq!(serde_json::from_value::<Manifest>(json).unwrap(), manifest);
    assert_eq!(oauth().callback.signature.map(|signature| signature.tolerance), Some(TimeSpan(90_000)));
    // Grants that were given before there was any of this mean the same.
    let before = r#"{"authorize_url":"https://example.com/a","token_url":"https://example.com/t","client_id":"{client_id}",
        "scopes":["a","b"],"pkce":true,"refresh":true,"client_credentials":false}"#;
    let oauth: OAuth = serde_json::from_str(before).unwrap();
    assert_eq!((oauth.scope_separator, oauth.callback.is_empty()), (' ', true));
    assert_eq!(serde_json::to_value(&oauth).unwrap(), serde_json::from_str::<serde_json::Value>(before).unwrap());
}

#[test]
fn mistakes_are_found() {
    for (right, wrong, says) in [
        ("https://{shop}.example.com/authorize", "http://{shop}.example.com/authorize", "https://"),
        ("https://{shop}.example.com/authorize", "https://{store}.example.com/authorize", "`{store}`"),
        ("client_id = \"{client_id}\"", "client_id = \"{app}\"", "`{app}`"),
        ("scope_separator = \",\"", "scope_separator = \"x\"", "scope_separator"),
        ("\"read_stock\"", "\"read stock\"", "read stock"),
        ("\"read_stock\"", "\"read,stock\"", "read,stock"),
        ("{ expiring = \"1\" }", "{ redirect_uri = \"https://evil.example\" }", "redirect_uri"),
        ("{ expiring = \"1\" }", "{ grant_type = \"password\" }", "grant_type"),
        ("{ shop = \"{shop}.example.com\" }", "{ shop = \"{store}.example.com\" }", "`{store}`"),
        ("{ shop = \"{shop}.example.com\" }", "{ state = \"x\" }", "state"),
        ("secret = \"client_secret\"", "secret = \"hush\"", "`{hush}`"),
        ("without = [\"signature\"]", "without = [\"shop\"]", "`shop` has to be signed"),
        ("without = [\"signature\"]", "without = [\"code\"]", "`code` has to be signed"),
        ("without = [\"signature\"]", "without = [\"timestamp\"]", "`timestamp` has to be signed"),
        ("parameter = \"hmac\"", "parameter = \"\"", "empty"),
        ("algorithm = \"hmac-sha256\"", "algorithm = \"md5\"", "md5"),
        ("timestamp = \"timestamp\"", "timestamp = \"timestamp\"\nage = 1", "unknown field"),
    ] {
        assert!(OAUTH.contains(right), "{right}");
        let error = Manifest::parse(&OAUTH.replace(right, wrong)).expect_err(wrong);
        assert!(error.to_string().contains(says), "{wrong}: {error}");
        assert!(error.key.starts_with("oauth"), "{wrong}: {}", error.key);
    }
}

#[test]
fn every_part_of_it_is_shown_and_any_change_needs_approval() {
    let words = manifest().permissions().in_words();
    assert!(words[4].starts_with("Sellers are asked for access_token"), "{words:?}");
    assert_eq!(
        words[1..4],
        [
            "The setting mirror decides where requests go: url, without a default.",
            "The setting shop decides where requests go: string, without a default.",
            "The host gets and renews access tokens at https://{shop}.example.com/token, authenticated with client_secret. Sellers \
             agree at https://{shop}.example.com/authorize; what comes back is used with the state. A channel with the setting mirror goes to that address for both, with the same secrets. Scopes: read_goods read_stock. \
             write_goods includes read_goods. With the code it sends expiring=1. What comes back is signed in hmac (hmac-sha256 with \
             client_secret, without signature, timestamp at most 90s off). It has to say shop={shop}.example.com."
        ]
    );
    for (from, to) in [
        ("moved_by = \"mirror\"\n", ""),
        ("title = \"Another address\"", "title = \"Another address\", default = \"https://other.example\""),
        ("title = \"Shop\"", "title = \"Shop\", default = \"acme\""),
        ("{ expiring = \"1\" }", "{ expiring = \"0\" }"),
        ("match = { shop = \"{shop}.example.com\" }", "match = {}"),
        ("timestamp = \"timestamp\"\n", ""),
        ("timestamp = \"timestamp\"\n", "timestamp = \"timestamp\"\ntolerance = \"60m\"\n"),
        ("{ write_goods = [\"read_goods\"] }", "{ write_goods = [\"read_goods\", \"read_stock\"] }"),
    ] {
        let changed = Manifest::parse(&OAUTH.replace(from, to)).unwrap();
        let difference = Difference::between(&manifest().permissions(), &changed.permissions());
        assert!(changed != manifest() && difference.is_wider(), "{to}: {difference:?}");
    }
}

#[test]
fn scopes_may_come_within_others() {
    let granted = |scopes: &[&str]| -> Vec<String> { scopes.iter().map(|&scope| scope.to_owned()).collect() };
    assert!(oauth().missing_scopes(&granted(&["read_stock", "read_goods", "read_orders"])).is_empty());
    assert!(oauth().missing_scopes(&granted(&["write_goods", "read_stock"])).is_empty());
    assert_eq!(oauth().missing_scopes(&granted(&["write_goods", "write_stock"])), ["read_stock"]);
    assert_eq!(oauth().missing_scopes(&[]), ["read_goods", "read_stock"]);
}

#[test]
fn what_is_optional_is_asked_for_and_not_missed() {
    let more = OAUTH.replace("refresh = true", "refresh = true\noptional_scopes = [\"write_goods\"]");
    let oauth = Manifest::parse(&more).unwrap().oauth.unwrap();
    assert_eq!(oauth.asked_scopes().collect::<Vec<_>>(), ["read_goods", "read_stock", "write_goods"]);
    assert!(oauth.missing_scopes(&["read_goods".to_owned(), "read_stock".to_owned()]).is_empty());
    assert!(oauth.in_words().contains("Asked for and not needed: write_goods."), "{}", oauth.in_words());
    let wrong = more.replace("[\"write_goods\"]", "[\"write goods\"]");
    assert!(Manifest::parse(&wrong).is_err_and(|error| error.to_string().contains("write goods")));
}

#[test]
fn addresses_and_answers_are_of_the_channel() {
    let acme = settings(&[("shop", "acme")]);
    assert_eq!(oauth().authorize_endpoint(&acme).unwrap().as_str(), "https://acme.example.com/authorize");
    assert_eq!(oauth().callback.expected(&acme).unwrap(), [("shop", "acme.example.com".to_owned())]);
    assert!(oauth().callback.expected(&settings(&[])).is_err());
    let simulated = settings(&[("shop", "acme"), ("mirror", "https://127.0.0.1:9")]);
    assert_eq!(oauth().authorize_endpoint(&simulated).unwrap().as_str(), "https://127.0.0.1:9/authorize");
    assert_eq!(oauth().token_endpoint(&simulated).unwrap().as_str(), "https://127.0.0.1:9/token");
}

#[test]
fn what_the_client_needs_is_asked_for_and_tokens_are_not() {
    let check = |pairs: &[(&str, &str)]| -> Vec<String> {
        let secrets: Vec<_> = pairs.iter().map(|(name, value)| (*name, entrepot_domain::Secret::new(*value))).collect();
        let given = secrets.iter().map(|(name, secret)| (*name, secret));
        let checked = manifest().check_secrets_before_tokens(&oauth(), given);
        checked.err().into_iter().flatten().map(|problem| problem.to_string()).collect()
    };
    let [id, secret, other] = [("client_id", "1"), ("client_secret", "cs_1"), ("other", "x")];
    assert!(check(&[id, secret, other]).is_empty());
    assert_eq!(check(&[id, other]), ["client_secret: is required for connecting"]);
    assert_eq!(check(&[id, secret]), ["other: is required"]);
    assert_eq!(check(&[id, ("client_secret", "x"), other]), ["client_secret: must begin with `cs_`"]);
    assert_eq!(check(&[id, secret, other, ("access_token", "x")]), ["access_token: comes by connecting; leave it out"]);
}

#[test]
fn a_client_that_says_who_it_is_by_basic_and_an_address_that_has_a_name() {
    let with = |lines: &str| OAUTH.replace("scopes = [\"read_goods\"", &format!("{lines}\nscopes = [\"read_goods\""));
    let named = with("client_authentication = \"basic\"\nredirect_name = \"shop\"\nrefresh_days = 90");
    let oauth = Manifest::parse(&named).unwrap().oauth.unwrap();
    assert_eq!(oauth.client_authentication, ClientAuthentication::Basic);
    let settings = [("shop".to_owned(), "Acme-Acme-PRD-1".into())].into_iter().collect();
    assert_eq!(oauth.redirect("https://host.example/oauth/callback", &settings).unwrap(), "Acme-Acme-PRD-1");
    assert!(oauth.redirect("https://host.example/oauth/callback", &Settings::new()).is_err());
    let words = oauth.in_words();
    for said in ["by HTTP Basic", "by the setting shop", "for 90 days"] {
        assert!(words.contains(said), "{said}: {words}");
    }
    let plain = self::oauth();
    assert_eq!(
        plain.redirect("https://host.example/oauth/callback", &Settings::new()).unwrap(),
        "https://host.example/oauth/callback"
    );
    assert!(
        !serde_json::to_string(&plain).unwrap().contains("client_authentication"),
        "grants of before stay the same"
    );
    for (wrong, why) in [
        (with("redirect_name = \"mirror\""), "type \\\"string\\\""),
        (with("redirect_name = \"nothing\""), "redirect_name"),
        (with("refresh_days = 0"), "refresh_days"),
        (with("client_authentication = \"digest\""), "client_authentication"),
        (
            with("client_authentication = \"basic\"").replace("client_secret = \"{client_secret}\"", ""),
            "needs a client_secret",
        ),
    ] {
        let error = Manifest::parse(&wrong).unwrap_err().to_string();
        assert!(error.contains(why.trim_matches('\\')) || error.contains(&why.replace('\\', "")), "{why}: {error}");
    }
}
