//! Keys, several headers, OAuth: asked for, granted, taken away, compared.

use super::*;

const ETSY: &str = r#"
id = "etsy"
name = "Etsy"
publisher = "entrepot"
version = "0.1.0"
world = "entrepot:adapter@0.1.0"

[settings.shop]
type = "string"
title = "Shop"

[settings.base_url]
type = "url"
title = "Other address"

[secrets.keystring]
title = "Keystring"
[secrets.access_token]
title = "Access token"
[secrets.refresh_token]
title = "Refresh token"
[secrets.webhook_secret]
title = "Webhook secret"

[credentials.seller]
scheme = "headers"
headers = { x-api-key = "{keystring}", authorization = "Bearer {access_token}" }

[keys.webhook]
secret = "webhook_secret"
operations = ["verify-webhook"]
algorithms = ["hmac-sha256"]
encoding = "base64"
strip_prefix = "whsec_"

[oauth]
authorize_url = "https://{shop}.example.com/oauth/connect"
token_url = "https://{shop}.example.com/v3/public/oauth/token"
moved_by = "base_url"
client_id = "{keystring}"
scopes = ["listings_r"]
pkce = true
refresh = true

[[egress]]
name = "api"
operations = ["fetch-page"]
origin = "https://api.example.com"
methods = ["GET"]
paths = ["/**"]
credentials = ["seller"]
"#;

fn etsy() -> Manifest {
    Manifest::parse(ETSY).unwrap()
}

fn bound(grant: &Grant) -> BoundGrant {
    BoundGrant::bind(grant, &etsy(), &settings(&[("shop", "a")])).unwrap()
}

#[test]
fn a_key_is_for_its_operation_and_algorithm() {
    let grant = Grant::as_requested(&etsy(), "abc");
    let bound = bound(&grant);
    let sha256 = MacAlgorithm::HmacSha256;
    assert_eq!(bound.key("verify-webhook", "webhook", sha256).unwrap().secret, "webhook_secret");
    assert!(bound.key("fetch-page", "webhook", sha256).unwrap_err().contains("not granted during fetch-page"));
    assert!(bound.key("verify-webhook", "webhook", MacAlgorithm::HmacSha1).unwrap_err().contains("hmac-sha1"));
    assert!(bound.key("verify-webhook", "webhook_secret", sha256).unwrap_err().contains("[keys.webhook_secret]"));
}

#[test]
fn a_key_can_be_taken_away_and_its_return_is_seen() {
    let grant = Grant::as_requested(&etsy(), "abc");
    let by = Narrowing { without_keys: vec!["webhook".into()], ..Narrowing::default() };
    let narrowed = grant.clone().narrowed(&by, 0).unwrap();
    assert!(bound(&narrowed).key("verify-webhook", "webhook", MacAlgorithm::HmacSha256).is_err());
    let difference = Difference::between(&narrowed.permissions(), &grant.permissions());
    assert_eq!(difference.wider.len(), 1, "{difference:?}");
    assert!(difference.wider[0].contains("hmac-sha256 with the secret webhook_secret"), "{difference:?}");
    let by = Narrowing { without_keys: vec!["nothing".into()], ..Narrowing::default() };
    assert!(grant.narrowed(&by, 0).unwrap_err().to_string().contains("it has: webhook"));
}

#[test]
fn another_token_endpoint_is_wider() {
    let other = Manifest::parse(&ETSY.replace("/v3/public/oauth/token", "/v4/token")).unwrap();
    let difference = Difference::between(&etsy().permissions(), &other.permissions());
    assert!(difference.wider[0].contains("/v4/token"), "{difference:?}");
}

#[test]
fn tokens_come_from_where_the_channel_is() {
    let oauth = etsy().oauth.unwrap();
    let at = |pairs: &[(&str, &str)]| oauth.token_endpoint(&settings(pairs)).map(|url| url.to_string());
    assert_eq!(at(&[("shop", "a")]).unwrap(), "https://a.example.com/v3/public/oauth/token");
    let simulated = at(&[("shop", "a"), ("base_url", "http://127.0.0.1:9/x")]).unwrap();
    assert_eq!(simulated, "http://127.0.0.1:9/x/v3/public/oauth/token");
    // Where the manifest does not say so, a setting of that name moves nothing.
    let unmoved = Manifest::parse(&ETSY.replace("moved_by = \"base_url\"\n", "")).unwrap().oauth.unwrap();
    let there = unmoved.token_endpoint(&settings(&[("shop", "a"), ("base_url", "http://127.0.0.1:9/x")]));
    assert_eq!(there.unwrap().as_str(), "https://a.example.com/v3/public/oauth/token");
    for shop in ["a.evil.example/", "a@b", "A", ""] {
        assert!(at(&[("shop", shop)]).is_err(), "{shop}");
    }
}

#[test]
fn mistakes_are_found() {
    for (right, wrong, key, says) in [
        ("secret = \"webhook_secret\"", "secret = \"other\"", "keys.webhook.secret", "`other`"),
        ("algorithms = [\"hmac-sha256\"]", "algorithms = []", "keys.webhook.algorithms", "empty"),
        ("algorithms = [\"hmac-sha256\"]", "algorithms = [\"md5\"]", "keys.webhook.algorithms", "md5"),
        ("strip_prefix = \"whsec_\"", "strip_prefix = \"\"", "keys.webhook.strip_prefix", "empty"),
        ("client_id = \"{keystring}\"", "client_id = \"{key}\"", "oauth", "`{key}`"),
        ("https://{shop}.example.com/v3", "https://{shops}.example.com/v3", "oauth", "`{shops}`"),
        ("https://{shop}.example.com/v3", "http://{shop}.example.com/v3", "oauth", "https://"),
        ("https://{shop}.example.com/v3", "https://x.{shop}/v3", "oauth", "gaps"),
        ("https://{shop}.example.com/v3", "https://{shop}.com/v3", "oauth", "two fixed labels"),
        ("https://{shop}.example.com/v3", "https://{base_url}.example.com/v3", "oauth", "\"string\""),
        ("https://{shop}.example.com/v3", "https://a@{shop}.example.com/v3", "oauth", "scheme, host and port"),
        ("moved_by = \"base_url\"", "moved_by = \"shop\"", "oauth", "\"url\""),
        ("moved_by = \"base_url\"", "moved_by = \"elsewhere\"", "oauth", "`elsewhere`"),
        ("[secrets.refresh_token]\ntitle = \"Refresh token\"\n", "", "oauth", "refresh_token"),
        ("x-api-key = \"{keystring}\"", "host = \"{keystring}\"", "credentials.seller", "host"),
    ] {
        assert!(ETSY.contains(right), "{right}");
        let error = Manifest::parse(&ETSY.replacen(right, wrong, 1)).unwrap_err();
        assert!(error.key.starts_with(key) && error.problem.contains(says), "{wrong}: {error}");
    }
}
