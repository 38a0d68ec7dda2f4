//! Tenants, users and keys on the command line, and which tenant a command is for.

use entrepot_tests::people::{PASSWORD, enter};
use entrepot_tests::rest::{Web, get};
use entrepot_tests::{App, Entrepot, SmallShop, both_engines};
use serde_json::Value;
use std::io::Write;
use std::process::Stdio;

fn refused(entrepot: &Entrepot, words: &[&str]) -> String {
    let output = entrepot.run(words);
    assert!(!output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// With a password on standard input.
fn with_password(entrepot: &Entrepot, words: &[&str]) -> Value {
    let mut child = entrepot
        .command(&[words, &["--password-stdin", "--json"]].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("entrepot starts");
    writeln!(child.stdin.take().expect("standard input"), "{PASSWORD}").expect("written");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{words:?}");
    serde_json::from_slice(&output.stdout).expect("a document")
}

#[both_engines]
async fn a_command_is_for_the_only_tenant_or_the_one_that_is_named(app: App) {
    let _shop = SmallShop::imported(&app).await;
    let entrepot = Entrepot::new(app.environment.clone());
    let list = |words: &[&str]| {
        let (code, document) = entrepot.json(words);
        assert_eq!(code, 0, "{words:?}: {document}");
        document.as_array().map_or(0, Vec::len)
    };
    assert_eq!(list(&["channel", "list"]), 1);
    let (_, berlin) = entrepot.json(&["tenant", "add", "berlin"]);
    let said = refused(&entrepot, &["channel", "list"]);
    assert!(said.contains("--tenant") && said.contains("berlin, default"), "{said}");
    for (tenant, channels) in [("default", 1), ("berlin", 0), (berlin["id"].as_str().expect("an id"), 0)] {
        assert_eq!(list(&["channel", "list", "--tenant", tenant]), channels, "{tenant}");
        assert_eq!(list(&["--tenant", tenant, "channel", "list"]), channels, "{tenant}");
    }
    let said = refused(&entrepot, &["--tenant", "nowhere", "channel", "list"]);
    assert!(said.contains("there is no tenant \"nowhere\""), "{said}");
    // Every command that has something of a tenant's, with another tenant's ids.
    let run = get(&app, "/api/v1/runs").await["items"][0]["run"].as_str().expect("an id").to_owned();
    let product = get(&app, "/api/v1/products").await["items"][0]["id"].as_str().expect("an id").to_owned();
    let letter = get(&app, "/api/v1/dead-letters").await["items"][0]["id"].as_str().expect("an id").to_owned();
    let channel = get(&app, "/api/v1/channels").await["items"][0]["id"].as_str().expect("an id").to_owned();
    for words in [
        &["run", &run][..],
        &["cancel", &run],
        &["channel", "test", &channel],
        &["channel", "set", &channel, "--set", "a=b"],
        &["channel", "release", &channel],
        &["channel", "remove", &channel],
        &["import", &channel],
        &["runs", &channel],
        &["schedule", "list", &channel],
        &["schedule", "set", &channel, "full", "--off"],
        &["products", "export", &channel],
        &["dead-letters", "list", &channel],
        &["dead-letters", "show", &letter],
        &["webhooks", "list", &channel],
        &["webhooks", "subscribe", &channel],
        &["link", "propose", &channel],
        &["link", "add", &product, &product],
    ] {
        let words = [&["--tenant", "berlin"], words].concat();
        let said = refused(&entrepot, &words);
        assert!(said.contains("there is no") || said.contains("unrecognized subcommand"), "{words:?}: {said}");
    }
    assert_eq!(list(&["channel", "list", "--tenant", "default"]), 1, "it is there as it was");
    let said = refused(&entrepot, &["tenant", "remove", "default"]);
    assert!(said.contains("1 channel in use"), "{said}");
    assert_eq!(entrepot.json(&["tenant", "set", "berlin", "--name", "paris"]).0, 0);
    assert_eq!(entrepot.json(&["tenant", "remove", "paris"]).0, 0);
    assert_eq!(list(&["channel", "list"]), 1, "there is one again");
}

#[both_engines]
async fn users_and_keys_are_made_listed_and_ended_by_commands(app: App) {
    let entrepot = Entrepot::new(app.environment.clone());
    let web = Web::anonymous(&app);
    let added = with_password(
        &entrepot,
        &["user", "add", "Ann@Example.com", "--tenant", "default", "--as", "seller", "--name", "Ann"],
    );
    assert!(added["link"].is_null() && added["email"] == "ann@example.com", "{added}");
    let ann = enter(&web, "ann@example.com").await;
    assert_eq!(ann.signed_in["tenants"][0]["role"], "seller");
    let (_, users) = entrepot.json(&["user", "list"]);
    assert!(users.to_string().contains("ann@example.com"), "{users}");
    for (words, why) in [
        (&["user", "add", "x@example.com"][..], "say what they are"),
        (&["user", "add", "x@example.com", "--tenant", "default"], "--as owner"),
        (&["user", "add", "x", "--role", "operator"], "not an e-mail address"),
        (&["user", "add", "x@example.com", "--role", "king"], "operator, reviewer"),
        (&["user", "disable", "nobody@example.com"], "there is no account"),
        (&["api-key", "create", "--name", "k", "--scope", "everything"], "catalog:read"),
        (&["api-key", "create", "--name", "k", "--scope", "members:write"], "for people alone"),
        (&["api-key", "create", "--name", "k", "--scope", "catalog:read", "--expires-in-days", "0"], "1 to 3650 days"),
        (&["api-key", "revoke", "key_none"], "there is no API key"),
    ] {
        let said = refused(&entrepot, words);
        assert!(said.contains(why), "{words:?}: {said}");
    }
    let (code, made) =
        entrepot.json(&["api-key", "create", "--name", "k", "--scope", "channels:read", "--scope", "adapters:write"]);
    let key = made["key"].as_str().expect("a key").to_owned();
    assert_eq!(code, 0, "{made}");
    let ask = async |path: &str| {
        entrepot_tests::people::ask(&web, Some(&key), "GET", path, Value::Null).await.status.as_u16()
    };
    assert_eq!((ask("/api/v1/channels").await, ask("/api/v1/products").await), (200, 403));
    let (_, keys) = entrepot.json(&["api-key", "list"]);
    assert!(keys[0]["name"] == "k" && !keys.to_string().contains(&key[15..]), "{keys}");
    assert_eq!(entrepot.json(&["api-key", "revoke", made["id"].as_str().expect("an id")]).0, 0);
    assert_eq!(ask("/api/v1/channels").await, 401);
    assert_eq!(entrepot.json(&["user", "disable", "ann@example.com"]).1["changed"], true);
    assert_eq!(ann.get(&web, "/api/v1/me").await.status.as_u16(), 401);
    assert_eq!(entrepot.json(&["user", "enable", "ann@example.com"]).1["changed"], true);
    let (_, reset) = entrepot.json(&["user", "reset", "ann@example.com"]);
    assert!(reset["link"].as_str().is_some_and(|link| link.contains("/account/reset?token=")), "{reset}");
}
