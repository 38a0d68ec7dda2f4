//! Connecting with PKCE, and refresh tokens that are used once.

use entrepot_test_support::etsy::{Store, serve};

use super::client::{Client, Reply};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CALLBACK: &str = "https://entrepot.example/oauth/callback";
const TOKEN: &str = "/v3/public/oauth/token";

fn shop() -> (Store, entrepot_test_support::server::Server) {
    let store = Store::empty();
    store.configure(|options| options.redirect_uris.push(CALLBACK.into()));
    let server = serve(&store);
    (store, server)
}

fn connect(client: &Client, key: &str, change: &str) -> Reply {
    let target = format!(
        "/oauth/connect?response_type=code&client_id={key}&redirect_uri={CALLBACK}&scope=listings_r%20shops_r&state=s1\
         &code_challenge={CHALLENGE}&code_challenge_method=S256{change}"
    );
    client.send(&format!("GET {target} HTTP/1.1\r\n"), "")
}

fn code(reply: &Reply) -> String {
    let location = url::Url::parse(reply.header("location").unwrap()).unwrap();
    assert!(location.as_str().starts_with(CALLBACK) && location.query_pairs().any(|(n, v)| n == "state" && v == "s1"));
    location.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned()
}

#[test]
fn a_code_is_exchanged_once_for_its_verifier() {
    let (store, server) = shop();
    let mut client = Client::of(&store, &server);
    let key = store.credentials().keystring;
    for wrong in ["&code_challenge_method=plain", "&redirect_uri=https://evil.example/", "&client_id=other", "&state="]
    {
        assert_eq!(connect(&client, &key, wrong).status, 400, "{wrong}");
    }
    let exchange = |code: &str, verifier: &str, uri: &str| {
        client.form(
            TOKEN,
            &[
                ("grant_type", "authorization_code"),
                ("client_id", &key),
                ("redirect_uri", uri),
                ("code", code),
                ("code_verifier", verifier),
            ],
        )
    };
    for (verifier, uri) in [("wrong", CALLBACK), (VERIFIER, "https://entrepot.example/")] {
        let refused = exchange(&code(&connect(&client, &key, "")), verifier, uri);
        assert_eq!((refused.status, refused.json()["error"].as_str().unwrap()), (400, "invalid_grant"));
    }
    let code = code(&connect(&client, &key, ""));
    let tokens = exchange(&code, VERIFIER, CALLBACK).json();
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&"Bearer".into(), &3600.into()));
    assert_eq!(tokens["access_token"], store.credentials().access_token.as_str());
    assert_eq!(exchange(&code, VERIFIER, CALLBACK).status, 400, "once");
    client.token = tokens["access_token"].as_str().map(str::to_owned);
    assert_eq!(client.get("/users/me").json()["shop_id"], 44_400_001);
}

#[test]
fn each_refresh_brings_a_new_refresh_token_and_ends_the_old_one() {
    let (store, server) = shop();
    let mut client = Client::of(&store, &server);
    let first = store.credentials();
    store.expire_access_token();
    assert_eq!(client.get("/users/me").json()["error_description"], "access token is expired");
    let refresh = |token: &str| {
        client
            .form(TOKEN, &[("grant_type", "refresh_token"), ("client_id", &first.keystring), ("refresh_token", token)])
    };
    let second = refresh(&first.refresh_token).json();
    assert_ne!(second["refresh_token"], first.refresh_token.as_str());
    let third = refresh(second["refresh_token"].as_str().unwrap()).json();
    let reused = refresh(second["refresh_token"].as_str().unwrap());
    assert_eq!(
        (reused.status, reused.json()["error_description"].as_str().unwrap()),
        (400, "refresh_token is revoked")
    );
    assert_eq!(refresh(third["refresh_token"].as_str().unwrap()).status, 400, "the shop is cut off");
    client.token = third["access_token"].as_str().map(str::to_owned);
    assert_eq!(client.get("/users/me").status, 401);
    let json =
        client.send(&format!("POST {TOKEN} HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"), "{}");
    assert_eq!(json.status, 400);
}

#[test]
fn without_that_rule_only_the_old_token_is_refused() {
    let (store, server) = shop();
    store.configure(|options| options.reuse_ends_connection = false);
    let client = Client::of(&store, &server);
    let first = store.credentials();
    let refresh = |token: &str| {
        client
            .form(TOKEN, &[("grant_type", "refresh_token"), ("client_id", &first.keystring), ("refresh_token", token)])
            .status
    };
    assert_eq!((refresh(&first.refresh_token), refresh(&first.refresh_token)), (200, 400));
    assert_eq!(refresh(&store.credentials().refresh_token), 200);
    store.revoke_tokens();
    assert_eq!(refresh(&store.credentials().refresh_token), 400);
}
