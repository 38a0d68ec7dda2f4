//! What manifests say of shops that post keys, and what becomes of it.

use super::*;
use entrepot_domain::Secret;

const POSTS: &str = r#"
id = "made-up"
name = "Made up"
publisher = "test"
version = "1.0.0"
world = "entrepot:adapter@0.1.0"

[settings]
store_url = { type = "url", title = "Shop", required = true }

[secrets]
key = { title = "Key", required = true, prefix = "ck_" }
other = { title = "Other", required = true }

[connect]
kind = "keys-by-post"
url = "{store_url}/authorize"
parameters = { app = "Entre pot", back = "{return_url}", to = "{callback_url}", user = "{connection}" }
secrets = { key = "/consumer/key" }
"#;

#[test]
fn what_is_asked_for_is_read_shown_compared_and_granted() {
    let manifest = Manifest::parse(POSTS).unwrap();
    let json = serde_json::to_value(&manifest).unwrap();
    assert_eq!(serde_json::from_value::<Manifest>(json).unwrap(), manifest);
    let grant = Grant::as_requested(&manifest, "00");
    assert_eq!(grant.connect, manifest.connect);
    let words = grant.permissions().in_words().join("\n");
    assert!(words.contains("{store_url}/authorize") && words.contains("key from /consumer/key"), "{words}");
    assert!(words.contains("The setting store_url decides where requests go"), "{words}");
    let without = Manifest { connect: None, ..manifest.clone() };
    assert!(Difference::between(&without.permissions(), &manifest.permissions()).is_wider());
    let less = Difference::between(&manifest.permissions(), &without.permissions());
    assert!(!less.narrower.is_empty(), "{less:?}");
}

#[test]
fn the_browser_is_sent_to_the_shop_with_the_addresses() {
    let connect = Manifest::parse(POSTS).unwrap().connect.unwrap();
    let settings = serde_json::json!({"store_url": "https://shop.example/folder"});
    let addresses = ConnectAddresses {
        callback_url: "https://host.example/connect/abc",
        return_url: "https://host.example/connections/cnn_1",
        connection: "cnn_1",
    };
    let url = connect.address(settings.as_object().unwrap(), &addresses).unwrap();
    assert_eq!(
        url.as_str(),
        "https://shop.example/folder/authorize?app=Entre%20pot&back=https%3A%2F%2Fhost.example%2Fconnections%2Fcnn_1\
         &to=https%3A%2F%2Fhost.example%2Fconnect%2Fabc&user=cnn_1"
    );
    assert!(connect.address(&Settings::new(), &addresses).is_err());
}

#[test]
fn what_could_not_work_or_leads_elsewhere_is_refused() {
    for (old, new, why) in [
        ("{store_url}/authorize", "https://evil.example/authorize", "must be {setting} and a path"),
        ("{store_url}/authorize", "{store_url}.evil.example/authorize", "must be {setting} and a path"),
        ("{store_url}/authorize", "{nothing}/authorize", "must begin with a setting"),
        ("to = \"{callback_url}\"", "to = \"{return_url}\"", "does not know where to post"),
        ("user = \"{connection}\"", "user = \"{key}\"", "in braces stand"),
        ("{ key = \"/consumer/key\" }", "{ nothing = \"/key\" }", "is not one of the secrets"),
        ("{ key = \"/consumer/key\" }", "{ key = \"key\" }", "must be a JSON pointer"),
        ("{ key = \"/consumer/key\" }", "{}", "must not be empty"),
    ] {
        let refused = Manifest::parse(&POSTS.replace(old, new)).unwrap_err().to_string();
        assert!(refused.contains(why), "{new}: {refused}");
    }
}

#[test]
fn keys_are_not_given_before_they_come() {
    let manifest = Manifest::parse(POSTS).unwrap();
    let connect = manifest.connect.clone().unwrap();
    let secret = Secret::new("x");
    assert!(manifest.check_secrets_before_keys(&connect, [("other", &secret)]).is_ok());
    let problems = manifest.check_secrets_before_keys(&connect, [("key", &secret)]).unwrap_err();
    let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["other: is required", "key: comes by connecting; leave it out"]);
    assert!(manifest.comes_by_connecting("key") && !manifest.comes_by_connecting("other"));
}
