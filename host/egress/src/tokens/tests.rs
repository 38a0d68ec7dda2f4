use super::*;

/// The example of RFC 6749, 4.1.3, and a client whose names are not of letters alone.
#[test]
fn clients_say_who_they_are_by_basic() {
    let value = |id: &str, secret: &str| basic(&Secret::new(id), &Secret::new(secret)).expose().to_owned();
    assert_eq!(value("s6BhdRkqt3", "gX1fBat3bV"), "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW");
    assert_eq!(value("a:b", "c d"), format!("Basic {}", STANDARD.encode("a%3Ab:c+d")));
}

#[test]
fn a_refresh_token_may_say_how_long_it_lasts() {
    for name in ["refresh_token_expires_in", "refresh_expires_in", "x_refresh_token_expires_in"] {
        let text = format!(r#"{{"access_token":"a","refresh_token":"r","{name}":47304000}}"#);
        let tokens = read(200, text.as_bytes(), None).unwrap();
        assert_eq!(tokens.refresh_expires_in, Some(Duration::from_secs(47_304_000)), "{name}");
    }
}

#[test]
fn answers_of_all_kinds() {
    let tokens = read(200, br#"{"access_token":"a","refresh_token":"r","expires_in":3600,"scope":"x"}"#, None).unwrap();
    assert_eq!((tokens.access.expose(), tokens.expires_in), ("a", Some(Duration::from_secs(3600))));
    assert_eq!((tokens.refresh.unwrap().expose(), tokens.scopes), ("r", Some(vec!["x".to_owned()])));
    let scopes = read(200, br#"{"access_token":"a","scope":"write_orders,read_customers"}"#, None).unwrap().scopes;
    assert_eq!(scopes.unwrap(), ["write_orders", "read_customers"]);
    let text = read(200, br#"{"access_token":"a","expires_in":"86399"}"#, None).unwrap();
    assert_eq!(
        (text.refresh.is_none() && text.scopes.is_none(), text.expires_in),
        (true, Some(Duration::from_secs(86399)))
    );
    assert!(matches!(read(200, b"<html>", None), Err(TokenFailure::Later { .. })));
    for bad in [
        r#"{"access_token":""}"#,
        r#"{"access_token":" "}"#,
        r#"{"access_token":"a\nb"}"#,
        r#"{"access_token":"a","refresh_token":"r\u0000"}"#,
        r#"{"access_token":"\u00e4"}"#,
    ] {
        assert!(matches!(read(200, bad.as_bytes(), None), Err(TokenFailure::Later { .. })), "{bad}");
    }
    for name in ["access_token", "refresh_token"] {
        let mut long = serde_json::json!({"access_token": "a", "refresh_token": "r"});
        long[name] = "a".repeat(MAX_SECRET_LEN + 1).into();
        let why = read(200, long.to_string().as_bytes(), None).unwrap_err().to_string();
        assert!(why.contains("a token of 4097 bytes; 4096 are"), "{name}: {why}");
        long[name] = "a".repeat(MAX_SECRET_LEN).into();
        assert!(read(200, long.to_string().as_bytes(), None).is_ok(), "{name}");
    }
    let gone = read(400, br#"{"error":"invalid_grant","error_description":"token shprt_1 is revoked"}"#, None);
    assert_eq!(gone.unwrap_err().to_string(), "the token endpoint answered HTTP 400 (invalid_grant)");
    let echo = read(400, br#"{"error":"your token shprt_1 is bad"}"#, None).unwrap_err();
    assert_eq!(echo, TokenFailure::Refused("the token endpoint answered HTTP 400".to_owned()));
    let busy = read(429, b"", Some(Duration::from_secs(3))).unwrap_err();
    assert!(matches!(busy, TokenFailure::Later { wait: Some(_), .. }));
    assert!(matches!(read(500, b"", None), Err(TokenFailure::Later { .. })));
}

fn oauth(more: serde_json::Value) -> (OAuth, std::collections::BTreeMap<String, Secret>) {
    let mut oauth = serde_json::json!({
        "authorize_url": "https://m.example.com/a", "token_url": "https://m.example.com/t",
        "client_id": "{id}", "client_secret": "{word}",
    });
    oauth.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
    let secrets = [("id", "app"), ("word", "s3cret")].map(|(name, value)| (name.to_owned(), Secret::new(value)));
    (serde_json::from_value(oauth).unwrap(), secrets.into())
}

#[test]
fn what_the_browser_brought_is_sent_on_with_the_code() {
    let (oauth, secrets) = oauth(serde_json::json!({"pass": ["context", "scope"]}));
    let passed = [("context".to_owned(), "stores/abc".to_owned()), ("scope".to_owned(), "a b".to_owned())];
    let (code, redirect_uri) = (Secret::new("c"), "https://host.example/oauth/callback");
    let grant = CodeGrant { code: &code, redirect_uri, verifier: None, passed: &passed };
    let form = first(&oauth, &Named(secrets), &grant).unwrap().form;
    assert!(form.expose().contains("&context=stores%2Fabc&scope=a+b&client_id=app"), "{}", form.expose());
}

#[test]
fn a_client_asks_in_its_own_name() {
    let (oauth, secrets) = oauth(serde_json::json!({"application": {"scopes": ["api", "feed"]}}));
    let application = oauth.application.clone().unwrap();
    let form = in_its_own_name(&oauth, &application, &Named(secrets)).unwrap().form;
    assert_eq!(form.expose(), "grant_type=client_credentials&scope=api+feed&client_id=app&client_secret=s3cret");
}

struct Named(std::collections::BTreeMap<String, Secret>);

impl SecretSource for Named {
    fn secret(&self, name: &str) -> Option<Secret> {
        self.0.get(name).cloned()
    }
}
