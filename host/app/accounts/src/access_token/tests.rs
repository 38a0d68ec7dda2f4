use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};

use super::*;

const ISSUER: &str = "http://127.0.0.1:8080";
const NOW: Timestamp = 1_800_000_000_000;

fn signed(keys: &KeyRing) -> String {
    sign(keys, ISSUER, &UserId::from("usr_1"), &SessionId::from("ses_1"), NOW).expect("signed")
}

fn session(keys: &KeyRing, token: &str, now: Timestamp) -> Option<String> {
    verify(keys, ISSUER, token, now).expect("looked at").map(|(_, session)| session.to_string())
}

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).expect("a part");
    serde_json::from_slice(&BASE64.decode(part).expect("base64")).expect("JSON")
}

fn made(header: &Value, claims: &Value, key: &[u8]) -> String {
    let text = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
    let mut mac = <Hmac<Sha256>>::new_from_slice(key).expect("a key");
    mac.update(text.as_bytes());
    format!("{text}.{}", BASE64.encode(mac.finalize().into_bytes()))
}

#[test]
fn a_token_counts_for_a_quarter_of_an_hour_and_a_minute() {
    let keys = KeyRing::generate();
    let token = signed(&keys);
    assert_eq!(session(&keys, &token, NOW).as_deref(), Some("ses_1"));
    assert!(session(&keys, &token, NOW + LIFETIME_MS + LEEWAY_MS - 2_000).is_some());
    assert!(session(&keys, &token, NOW + LIFETIME_MS + LEEWAY_MS + 2_000).is_none());
    assert!(session(&keys, &token, NOW - 5 * 60_000).is_some(), "of a host whose clock is five minutes ahead");
}

#[test]
fn forgeries_are_refused() {
    let keys = KeyRing::generate();
    let token = signed(&keys);
    let (header, claims) = (part(&token, 0), part(&token, 1));
    let key = keys.derive_each(PURPOSE).expect("derived").swap_remove(0).1;
    assert!(session(&keys, &made(&header, &claims, key.as_slice()), NOW).is_some(), "what is made here would count");
    let with = |name: &str, value: Value| {
        let mut changed = claims.clone();
        changed[name] = value;
        made(&header, &changed, key.as_slice())
    };
    let far = with("exp", json!(NOW / 1_000 + 1_000_000));
    for (what, forged) in [
        ("of another issuer", with("iss", json!("https://evil.example"))),
        ("for another audience", with("aud", json!("somebody"))),
        ("that counts for days", far),
        ("without an end", with("exp", Value::Null)),
        ("of another key", made(&header, &claims, b"another key, of thirty-two bytes")),
        ("without a signature", format!("{}.", token.rsplit_once('.').expect("parts").0)),
        ("of no algorithm", made(&json!({"alg": "none", "kid": header["kid"]}), &claims, key.as_slice())),
        ("of no algorithm, unsigned", {
            let none = json!({"alg": "none", "typ": "JWT"});
            format!("{}.{}.", BASE64.encode(none.to_string()), BASE64.encode(claims.to_string()))
        }),
        ("of HS512", made(&json!({"alg": "HS512", "kid": header["kid"]}), &claims, key.as_slice())),
        ("of RS256", made(&json!({"alg": "RS256", "kid": header["kid"]}), &claims, key.as_slice())),
        ("of an unknown key", made(&json!({"alg": "HS256", "kid": "k0"}), &claims, key.as_slice())),
        ("of no key", made(&json!({"alg": "HS256"}), &claims, key.as_slice())),
        ("of three dots", "...".to_owned()),
        ("of nothing", String::new()),
        ("of much", "a.".repeat(100_000)),
    ] {
        assert_eq!(session(&keys, &forged, NOW), None, "{what}");
    }
    for index in 0..token.len() {
        let mut altered = token.clone().into_bytes();
        altered[index] = if altered[index] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).expect("ASCII");
        // The last letter of the signature has bits that mean nothing.
        if BASE64.decode(altered.rsplit('.').next().expect("a part"))
            != BASE64.decode(token.rsplit('.').next().expect("a part"))
            || index < token.rfind('.').expect("parts")
        {
            assert_eq!(session(&keys, &altered, NOW), None, "byte {index}");
        }
    }
}

#[test]
fn tokens_outlive_a_new_master_key_while_the_old_one_is_given() {
    let old = KeyRing::generate();
    let token = signed(&old);
    let both = KeyRing::parse(&format!("{},{}", *KeyRing::generate().to_text(), *old.to_text())).expect("keys");
    assert!(session(&both, &token, NOW).is_some());
    assert_ne!(part(&signed(&both), 0)["kid"], part(&token, 0)["kid"]);
    assert!(session(&KeyRing::generate(), &token, NOW).is_none());
}
