//! Upgrades: by themselves where nothing more is asked for, on a share of the channels first, and back when they do harm.

use std::time::{Duration, Instant};

use entrepot_artifact::{SecretKey, sign};
use entrepot_catalog::StartOptions;
use entrepot_domain::ChannelId;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_policy::{Approval, Narrowing};
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::{App, SHOP, both_engines, edited, version, with_version};

const ADAPTER: &str = "woocommerce";

fn shop(products: usize) -> Store {
    Store::generate(Seed { products, variable_share: 0.0, seed: 7 })
}

/// It asks for so little memory that it cannot even begin.
fn broken(number: &str) -> Vec<u8> {
    edited(ADAPTER, |text| with_version(text, number).replace("memory = \"256MiB\"", "memory = \"1MiB\""))
}

/// It addresses what it did not ask for.
fn denied(number: &str) -> Vec<u8> {
    edited(ADAPTER, |text| with_version(text, number).replace("paths = [", "paths = [\"/nothing-else\"]\n#"))
}

async fn in_use(app: &App) -> String {
    app.host.app.services.admission().active(ADAPTER).await.expect("in use").manifest.version.clone()
}

async fn actions(app: &App) -> Vec<(String, String)> {
    let entries = app.host.db.audit_of(ADAPTER, 100).await.expect("entries");
    entries.into_iter().map(|row| (row.actor, row.action)).collect()
}

/// The bad version is in use when the import begins; nobody does anything, and the import completes.
#[both_engines]
async fn an_upgrade_that_is_stopped_again_and_again_goes_back(app: App) {
    let store = shop(120);
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let admission = app.host.app.services.admission();
    admission.install(broken("0.2.0"), "test").await.expect("installs");
    admission.approve(ADAPTER, Approval::default(), "test").await.expect("approved");
    assert_eq!(in_use(&app).await, "0.2.0");

    let run = app.import().await;
    assert_eq!((run.state, run.fetched, run.created), (RunState::Completed, 120, 120), "{run:?}");
    assert_eq!(in_use(&app).await, "0.1.0");
    assert_eq!(actions(&app).await[0], ("host".into(), "rollback".into()));
    let last = app.host.db.audit_of(ADAPTER, 1).await.expect("entries").remove(0);
    assert!(last.details.contains("fetch-page was stopped in 5 of 5 calls"), "{}", last.details);

    // Approved once more by somebody who insists, it goes back once more: nothing is remembered against the good version.
    admission.approve(ADAPTER, Approval::default(), "test").await.expect("approved");
    assert_eq!(app.import().await.state, RunState::Completed);
    assert_eq!(in_use(&app).await, "0.1.0");
    assert_eq!(admission.verify_audit().await.expect("readable").broken, None);
}

#[both_engines]
async fn an_upgrade_that_is_denied_most_of_its_requests_goes_back(app: App) {
    let store = shop(20);
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    assert_eq!(app.import().await.state, RunState::Completed);
    let admission = app.host.app.services.admission();
    admission.install(denied("0.2.0"), "test").await.expect("installs");
    admission.approve(ADAPTER, Approval::default(), "test").await.expect("approved");
    for _ in 0..6 {
        if app.import_with(RunScope::Full, StartOptions { fresh: true, ..StartOptions::default() }).await.state
            == RunState::Completed
        {
            break;
        }
    }
    assert_eq!(in_use(&app).await, "0.1.0");
    let last = app.host.db.audit_of(ADAPTER, 1).await.expect("entries").remove(0);
    assert!(last.details.contains("was denied"), "{}", last.details);
    // The operator takes away what the adapter needs: that is no upgrade, and stays as it was decided.
    let without = Narrowing { without_rules: vec!["rest-api".into()], ..Narrowing::default() };
    let approval = Approval { version: Some("0.1.0".into()), narrowing: without, ..Approval::default() };
    let narrowed = admission.approve(ADAPTER, approval, "test").await.expect("narrowed");
    assert_eq!(app.import_with(RunScope::Full, StartOptions::default()).await.state, RunState::Failed);
    assert_eq!(admission.active(ADAPTER).await.expect("in use").grant, narrowed);
}

#[both_engines]
async fn a_canary_serves_a_share_of_the_channels_first(app: App) {
    let store = shop(10);
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let admission = app.host.app.services.admission();
    let refused = admission.promote(ADAPTER, "test").await.expect_err("nothing is tried");
    assert!(refused.to_string().contains("nothing of woocommerce is tried"), "{refused}");
    let same = Approval { share: Some(10), ..Approval::default() };
    let refused = admission.approve(ADAPTER, same, "test").await.expect_err("the same");
    assert!(refused.to_string().contains("there is nothing to try"), "{refused}");
    admission.install(version("0.2.0"), "test").await.expect("installs");
    let third = Approval { share: Some(33), ..Approval::default() };
    admission.approve(ADAPTER, third, "test").await.expect("tried");
    assert_eq!(in_use(&app).await, "0.1.0", "for most");

    let channels: Vec<ChannelId> = (0..60).map(|at| ChannelId::from(format!("chn_{at}"))).collect();
    let mut tried = Vec::new();
    for channel in &channels {
        let generation = admission.active_for(ADAPTER, channel).await.expect("in use");
        if generation.manifest.version == "0.2.0" {
            tried.push(channel);
        }
    }
    assert!((8..35).contains(&tried.len()), "{} of {}", tried.len(), channels.len());
    // A host that starts later chooses the same.
    let other = app.reopen().await;
    let again = other.app.services.admission().active_for(ADAPTER, tried[0]).await.expect("in use");
    assert_eq!(again.manifest.version, "0.2.0");

    admission.promote(ADAPTER, "test").await.expect("for all");
    assert_eq!(in_use(&app).await, "0.2.0");
    admission.install(version("0.3.0"), "test").await.expect("installs");
    let half = Approval { share: Some(50), ..Approval::default() };
    admission.approve(ADAPTER, half, "test").await.expect("tried");
    assert_eq!(admission.rollback(ADAPTER, "test").await.expect("the trial ends").version, "0.2.0");
    for channel in &channels {
        assert_eq!(admission.active_for(ADAPTER, channel).await.expect("in use").manifest.version, "0.2.0");
    }
    let log: Vec<String> = actions(&app).await.into_iter().map(|(_, action)| action).take(3).collect();
    assert_eq!(log, ["rollback", "canary", "install"]);
}

/// Those that try it are set back; the others never notice.
#[both_engines]
async fn a_canary_that_goes_wrong_ends_by_itself(app: App) {
    let store = shop(30);
    let server = serve(&store);
    let channel = app.connect(&server.base_url, &store.key()).await;
    let admission = app.host.app.services.admission();
    admission.install(broken("0.2.0"), "test").await.expect("installs");
    let share =
        (1..100).find(|share| entrepot_policy::generation_for(channel.as_str(), &[(2, *share), (1, 100)]) == Some(2));
    let Some(share) = share else { return };
    let trial = Approval { share: u8::try_from(share).ok(), ..Approval::default() };
    admission.approve(ADAPTER, trial, "test").await.expect("tried");
    assert_eq!(admission.active_for(ADAPTER, &channel).await.expect("in use").manifest.version, "0.2.0");
    let run = app.import().await;
    assert_eq!((run.state, run.created), (RunState::Completed, 30), "{run:?}");
    assert_eq!(
        admission.active_for(ADAPTER, &channel).await.expect("in use").number,
        1,
        "the grant of before, not another"
    );
    assert_eq!(actions(&app).await[0], ("host".into(), "rollback".into()));
}

#[both_engines]
async fn what_asks_for_nothing_more_comes_into_use_by_itself(app: App) {
    let admission = app.host.app.services.admission();
    let (key, other) =
        (SecretKey::generate("entrepot").expect("a key"), SecretKey::generate("entrepot").expect("a key"));
    for key in [&key, &other] {
        admission.trust(&key.public().to_string(), "test").await.expect("trusted");
    }
    let signed = |bytes: Vec<u8>, key: &SecretKey| sign(bytes, key).expect("signed");
    admission.install(signed(version("0.1.0"), &key), "test").await.expect("installs");
    admission.approve(ADAPTER, Approval::default(), "test").await.expect("approved");
    let waits = admission.install(signed(version("0.1.1"), &key), "test").await.expect("installs");
    assert!(!waits.approved, "nobody said that it may");

    let approval = Approval { accept_narrower: true, ..Approval::default() };
    admission.approve(ADAPTER, approval, "test").await.expect("approved");
    assert_eq!(in_use(&app).await, "0.1.1");
    let by_itself = admission.install(signed(version("0.1.2"), &key), "test").await.expect("installs");
    assert!(by_itself.approved);
    assert_eq!(in_use(&app).await, "0.1.2");
    assert_eq!(actions(&app).await[..2], [("host".into(), "upgrade".into()), ("test".into(), "install".into())]);

    let wider = edited(ADAPTER, |text| {
        with_version(text, "0.1.3").replace("methods = [\"GET\"]", "methods = [\"GET\", \"PUT\"]")
    });
    let more_memory =
        edited(ADAPTER, |text| with_version(text, "0.1.4").replace("memory = \"256MiB\"", "memory = \"500MiB\""));
    let default = edited(ADAPTER, |text| {
        with_version(text, "0.1.6")
            .replace("title = \"Store address\"", "title = \"Store address\"\ndefault = \"https://evil.example\"")
    });
    let cut = edited(ADAPTER, |text| with_version(text, "0.1.7").replace("cut_at = [", "cut_at = [\"shop\", "));
    for (case, bytes) in [
        ("it asks for more", signed(wider, &key)),
        ("it asks for more memory", signed(more_memory, &key)),
        ("another key of the publisher", signed(version("0.1.5"), &other)),
        ("a default that leads elsewhere", signed(default, &key)),
        ("another part of an address counts", signed(cut, &key)),
    ] {
        assert!(!admission.install(bytes, "test").await.expect("installs").approved, "{case}");
        assert_eq!(in_use(&app).await, "0.1.2", "{case}");
    }
}

/// The default of a later version is for channels that are made later.
#[both_engines]
async fn a_channel_keeps_where_it_was_made_for(app: App) {
    let store = shop(2);
    let server = serve(&store);
    let mirrored = |number: &str, default: &str| {
        edited(ADAPTER, |text| {
            let setting =
                format!("[settings.mirror]\ntype = \"url\"\ntitle = \"Mirror\"\n{default}\n[settings.price_rounding]");
            let rule = "[[egress]]\nname = \"mirror\"\noperations = [\"check\"]\norigin = \"{mirror}\"\nmethods = [\"GET\"]\npaths = [\"/**\"]\n\n[rate_limit]";
            with_version(text, number).replace("[settings.price_rounding]", &setting).replace("[rate_limit]", rule)
        })
    };
    let admission = app.host.app.services.admission();
    admission.install(mirrored("0.1.0", ""), "test").await.expect("installs");
    admission.approve(ADAPTER, Approval::default(), "test").await.expect("approved");
    app.add(&server.base_url, &store.key(), &[]).await.expect("added");
    admission.install(mirrored("0.2.0", "default = \"https://mirror.example\""), "test").await.expect("installs");
    let review = admission.review(ADAPTER).await.expect("a review");
    assert_eq!(
        review.difference.wider,
        ["the setting mirror: url, by default https://mirror.example instead of url, without a default"]
    );
    admission.approve(ADAPTER, Approval::default(), "test").await.expect("approved");
    app.host
        .app
        .channels
        .set_channel(
            &app.host.tenant,
            SHOP,
            [("price_rounding".to_owned(), "half-up".into())].into_iter().collect(),
            Vec::new(),
        )
        .await
        .expect("set");
    let kept = app.host.app.channels.channel(&app.host.tenant, SHOP).await.expect("the channel").settings.0;
    assert!(!kept.contains_key("mirror") && kept["price_rounding"] == "half-up", "{kept:?}");
    app.host.app.subscriptions.remove_channel(&app.host.tenant, SHOP).await.expect("removed");
    app.add(&server.base_url, &store.key(), &[]).await.expect("added later");
    let made = app.host.app.channels.channel(&app.host.tenant, SHOP).await.expect("the channel").settings.0;
    assert_eq!(made["mirror"], "https://mirror.example", "written down when it is made");
}

/// A hundred calls are under way while ten upgrades and rollbacks go by: each ends, with the code it began with.
#[both_engines]
async fn a_hundred_calls_over_ten_swaps_lose_nothing(app: App) {
    let store = shop(1);
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let admission = app.host.app.services.admission();
    admission.install(version("0.2.0"), "test").await.expect("installs");
    // Compiled once, so that the swaps below are as quick as they are on a host that has been running.
    for number in ["0.2.0", "0.1.0"] {
        let approval = Approval { version: Some(number.into()), ..Approval::default() };
        admission.approve(ADAPTER, approval, "test").await.expect("swapped");
        assert_eq!(in_use(&app).await, number);
    }
    server.inject(Matcher::any(), Fault::Delay(Duration::from_millis(50)));
    let calls: Vec<_> = (0..100)
        .map(|at| {
            let (cases, tenant) = (app.host.app.clone(), app.host.tenant.clone());
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(at * 15)).await;
                cases.channels.test_channel(&tenant, SHOP).await
            })
        })
        .collect();
    let begun = Instant::now();
    for swap in 0..10 {
        let number = if swap % 2 == 0 { "0.2.0" } else { "0.1.0" };
        let approval = Approval { version: Some(number.into()), ..Approval::default() };
        admission.approve(ADAPTER, approval, "test").await.expect("swapped");
        assert_eq!(in_use(&app).await, number);
        tokio::time::sleep(Duration::from_millis(120)).await;
    }
    let swapped = begun.elapsed();
    for call in calls {
        call.await.expect("no panic").unwrap_or_else(|error| panic!("none fails: {error}"));
    }
    assert!(begun.elapsed() >= swapped, "calls were under way");
    // Every call is written down under the generation it began with.
    let mut generations = 0;
    let mut calls = 0;
    for number in 1..=13 {
        let health = app.host.db.health(ADAPTER, number, 0).await.expect("health");
        let of_it: i64 = health.iter().filter(|health| health.operation == "check").map(|health| health.calls).sum();
        generations += i64::from(of_it > 0);
        calls += of_it;
    }
    assert_eq!(calls, 101, "with the one that connected it");
    assert!(generations >= 3, "they were spread over the swaps: {generations}");
}
