use std::collections::BTreeMap;

use entrepot_policy::{MacAlgorithm, Manifest, TimeSpan};

use super::*;

struct Known(BTreeMap<&'static str, &'static str>);

impl SecretSource for Known {
    fn secret(&self, name: &str) -> Option<Secret> {
        self.0.get(name).map(|value| Secret::new(*value))
    }
}

fn known(pairs: &[(&'static str, &'static str)]) -> Known {
    Known(pairs.iter().copied().collect())
}

fn settings(pairs: &[(&str, &str)]) -> Settings {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect()
}

fn oauth(text: &str) -> OAuth {
    let head = r#"
id = "made-up"
name = "Made up"
publisher = "test"
version = "1.0.0"
world = "entrepot:adapter@0.1.0"
[settings]
shop = { type = "string", title = "Shop" }
base_url = { type = "url", title = "Simulator", required = false }
[secrets]
client_id = { title = "Id" }
client_secret = { title = "Secret" }
access_token = { title = "Token" }
refresh_token = { title = "Token" }
[oauth]
authorize_url = "https://{shop}.example.com/authorize"
token_url = "https://{shop}.example.com/token"
client_id = "{client_id}"
"#;
    Manifest::parse(&format!("{head}{text}")).expect("a manifest").oauth.expect("oauth")
}

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

#[test]
fn the_browser_is_sent_with_all_that_was_asked_and_nothing_secret() {
    let secrets = known(&[("client_id", "an id&more"), ("client_secret", "hush")]);
    let state = Secret::new("the-state");
    let verifier = Secret::new(VERIFIER);
    let redirect_uri = "https://entrepot.example.com/oauth/callback";
    let request = AuthorizationRequest { redirect_uri, state: &state, verifier: Some(&verifier) };
    let asked = oauth("scopes = [\"a_r\", \"b_r\"]\npkce = true");
    let url = authorize_url(&asked, &settings(&[("shop", "acme")]), &secrets, &request).expect("an address");
    // The challenge is that of RFC 7636, appendix B.
    assert_eq!(
        url.expose(),
        "https://acme.example.com/authorize?response_type=code&client_id=an%20id%26more&scope=a_r%20b_r\
         &redirect_uri=https%3A%2F%2Fentrepot.example.com%2Foauth%2Fcallback&state=the-state\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
    );

    let asked =
        oauth("scopes = [\"a_r\"]\noptional_scopes = [\"b_r\"]\nscope_separator = \",\"\nmoved_by = \"base_url\"");
    let request = AuthorizationRequest { verifier: None, ..request };
    let given = settings(&[("shop", "acme"), ("base_url", "https://127.0.0.1:9/simulator/")]);
    let url = authorize_url(&asked, &given, &secrets, &request).expect("an address");
    assert!(
        url.expose().starts_with("https://127.0.0.1:9/simulator/authorize?response_type=code&client_id=")
            && url.expose().contains("&scope=a_r%2Cb_r&redirect_uri="),
        "{}",
        url.expose()
    );
    for shop in ["acme.evil.example/", "acme#", "-acme", "Acme", ""] {
        assert!(authorize_url(&asked, &settings(&[("shop", shop)]), &secrets, &request).is_err(), "{shop}");
    }
    let without = authorize_url(&asked, &given, &known(&[]), &request).expect_err("no client id");
    assert!(without.to_string().contains("client_id"), "{without}");
}

fn signature(timestamp: Option<&str>) -> CallbackSignature {
    CallbackSignature {
        parameter: "hmac".into(),
        secret: "client_secret".into(),
        algorithm: MacAlgorithm::HmacSha256,
        without: vec!["signature".into()],
        timestamp: timestamp.map(str::to_owned),
        tolerance: TimeSpan(90_000),
    }
}

/// Signed as the marketplace's own documents show it.
const SIGNED_QUERIES: [&str; 2] = [
    "code=0907a61c0c8d55e99db179b68161bc00&hmac=700e2dadb827fcc8609e9d5ce208b2e9cdaab9df07390d2cbca10d7c328fc4bf\
     &shop=some-shop.myshopify.com&state=0.6784241404160823&timestamp=1337178173",
    "code=0907a61c0c8d55e99db179b68161bc00&hmac=4712bf92ffc2917d15a2f5a273e39f0116667419aa4b6ac0b3baaf26fa3c4d20\
     &shop=some-shop.myshopify.com&timestamp=1337178173",
];
const SIGNED_AT: i64 = 1_337_178_173_000;

fn is_signed(query: &str, now: i64) -> bool {
    let callback = Callback::parse(query).expect("a query");
    callback.is_signed(&signature(Some("timestamp")), &known(&[("client_secret", "hush")]), now)
}

#[test]
fn signed_answers_are_known_by_every_letter() {
    for query in SIGNED_QUERIES {
        assert!(is_signed(query, SIGNED_AT));
        let turned: Vec<&str> = query.split('&').rev().collect();
        assert!(is_signed(&turned.join("&"), SIGNED_AT), "the order is not what is signed");
        assert!(is_signed(&format!("{query}&signature=old"), SIGNED_AT), "it is not among what is signed");
        for (from, to) in [
            ("code=0", "code=1"),
            ("shop=some", "shop=other"),
            ("timestamp=1337178173", "timestamp=1337178174"),
            ("hmac=7", "hmac=8"),
            ("hmac=4", "hmac=5"),
            ("hmac=", "mac="),
            ("&shop", "&more=1&shop"),
        ] {
            let forged = query.replace(from, to);
            assert!(forged == query || !is_signed(&forged, SIGNED_AT), "{forged}");
        }
    }
    let callback = Callback::parse(SIGNED_QUERIES[0]).expect("a query");
    for secret in [known(&[]), known(&[("client_secret", "hush!")])] {
        assert!(!callback.is_signed(&signature(None), &secret, SIGNED_AT));
    }
}

#[test]
fn an_old_signature_is_none() {
    for (off, good) in [(0, true), (90_000, true), (-90_000, true), (90_001, false), (-90_001, false)] {
        assert_eq!(is_signed(SIGNED_QUERIES[0], SIGNED_AT + off), good, "{off}");
    }
}

#[test]
fn what_is_signed_is_percent_encoded() {
    // HMAC-SHA256 with the key "hush" over "a=1%202%2B3&host=YQ%3D%3D".
    let mac = "d9112e44b17322b82d773758e8103f0515c3ae7fd5087556139566b59bf4b1f4";
    for query in ["host=YQ==&a=1+2%2b3", "a=1%202%2B3&host=YQ%3D%3D"] {
        let callback = Callback::parse(&format!("{query}&hmac={mac}")).expect("a query");
        assert!(callback.is_signed(&signature(None), &known(&[("client_secret", "hush")]), 0), "{query}");
    }
}

#[test]
fn what_can_be_read_in_two_ways_is_not_read() {
    for query in ["state=1&state=2", "code=a&hmac=b&code=a", &format!("state={}", "x".repeat(MAX_QUERY_LEN))] {
        assert!(Callback::parse(query).is_none());
    }
    let callback = Callback::parse("state=a%26b&code=&error=access_denied").expect("a query");
    assert_eq!((callback.get("state"), callback.get("code")), (Some("a&b"), None));
}

#[test]
fn what_is_unguessable_is_so_each_time() {
    let (one, other) = (random_state(), random_state());
    assert_eq!(one.expose().len(), 43);
    assert_ne!(one.expose(), other.expose());
}
