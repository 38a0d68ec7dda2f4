//! What Etsy asks for beside the goods: told before, chosen from what the shop has, and refused where it is missing.

use entrepot_domain::OperationId;
use entrepot_listings::ListingChange;
use entrepot_test_support::etsy::NodeProperty;
use entrepot_tests::operations::carry;
use entrepot_tests::pages::Pages;
use entrepot_tests::{App, Marketplace, both_engines};
use serde_json::json;

use super::super::TARGET;
use super::{CATEGORY, Crafts, plain, shop};

#[both_engines]
async fn what_is_missing_is_said_before_anything_is_sent(app: App) {
    let target = shop();
    let served = Marketplace::etsy(&target);
    let crafts = Crafts::on(app, &plain(), target, served).await;
    let ids = crafts.list_all().await;
    let check = crafts.app.host.app.listings.check(&crafts.app.host.tenant, &ids[0]).await.expect("a check");
    let codes: Vec<&str> = check.issues.iter().map(|issue| issue.code.as_str()).collect();
    for code in [
        "who-made-missing",
        "when-made-missing",
        "shipping-profile-missing",
        "processing-profile-missing",
        "category-missing",
    ] {
        assert!(codes.contains(&code), "{code}: {codes:?}");
    }
    let fee = check.warnings.iter().find(|issue| issue.code == "listing-fee").expect("a warning");
    assert!(fee.message.contains("0.20 USD") && fee.message.contains("four months"), "{fee:?}");
    crafts.push().await;
    assert_eq!((crafts.writes(), crafts.reports().await[0].sync_status.as_str()), (0, "blocked"));
    assert!(crafts.reports().await[0].issues.to_string().contains("Return policy"), "the shop has one");
    // The listing says what the channel does not.
    let fields = json!({ "who_made": "collective", "when_made": "1990s", "is_supply": "yes", "shipping_profile": 22_200_001_u64,
        "processing_profile": "1400000000002", "return_policy": "1", "materials": ["Oak", "100% wool", "linseed oil"] });
    let change =
        ListingChange { fields: Some(fields), category: Some(Some(CATEGORY.to_string())), ..ListingChange::default() };
    crafts.change(&ids[0], change).await;
    crafts.work().await;
    crafts.assert_each_stands(1).await;
    let there = crafts.there(&ids[0]).await;
    assert_eq!((there.who_made, there.when_made, there.is_supply), (Some("collective"), Some("1990s"), true));
    assert_eq!(super::own_materials(&there), ["Oak", "linseed oil"], "what Etsy takes");
    let offering = there.products.iter().flatten().next().expect("a product").offering.clone();
    assert_eq!(offering.readiness, Some(1_400_000_000_002));
    let check = crafts.app.host.app.listings.check(&crafts.app.host.tenant, &ids[0]).await.expect("a check");
    assert!(check.ok && check.warnings.iter().any(|issue| issue.message.contains("100% wool")), "{check:?}");
    assert!(check.warnings.iter().all(|issue| issue.code != "listing-fee"), "it is published: {check:?}");
}

/// What a setting is set to is chosen by its name in the account, not typed from memory.
#[both_engines]
async fn what_the_account_offers_is_shown_for_a_setting(app: App) {
    let crafts = Crafts::of(app, &plain()).await;
    let (listings, context) = (&crafts.app.host.app.listings, crafts.context());
    let asked = listings.ask_choices(&context, TARGET, "shipping_profile").await.expect("an answer");
    assert!(asked.choices.iter().any(|choice| choice.value == "22200001" && choice.name != "22200001"), "{asked:?}");
    let refused = listings.ask_choices(&context, TARGET, "shop_id").await.expect_err("refused").to_string();
    assert!(refused.contains("shipping_profile") && refused.contains("shop_id"), "{refused}");

    let (pages, path) = (Pages::of(&crafts.app), format!("/channels/{}/settings", crafts.channels[1].as_str()));
    let form = pages.shown(&path).await;
    assert_eq!(form.html.matches("Show what the account offers").count(), 3, "{}", form.html);
    let begun = pages.post(&format!("{path}/return_policy/choices"), &[]).await;
    assert!(begun.location().starts_with("/operations/"), "{}", begun.html);
    let operation = begun.location().rsplit('/').next().unwrap_or_default().to_owned();
    let chosen = format!("{path}?choices={operation}");
    assert!(pages.shown(&chosen).await.holds("</span>queued"), "it is still to be asked");
    let over = carry(&crafts.app, &crafts.app.host.tenant, &OperationId::from(operation.as_str())).await;
    assert_eq!(over.state, "done", "{over:?}");
    assert!(pages.shown(begun.location()).await.holds(&chosen));
    let form = pages.shown(&chosen).await;
    assert!(form.holds("<select id=\"setting.return_policy\"") && form.holds("value=\"1\""), "{}", form.html);
    // Another channel's answer is not this one's.
    let source = format!("/channels/{}/settings?choices={operation}", crafts.channels[0].as_str());
    assert!(!pages.shown(&source).await.holds("<select id=\"setting.return_policy\""));
}

#[both_engines]
async fn what_is_not_offered_is_refused_before(app: App) {
    let crafts = Crafts::of(app, &plain()).await;
    let ids = crafts.list().await;
    for (fields, word) in [
        (json!({ "shipping_profile": "7" }), "Shipping profile"),
        (json!({ "shipping_profile": "Letters" }), "no number"),
        (json!({ "who_made": "me" }), "i_did"),
        (json!({ "when_made": "yesterday" }), "made_to_order"),
        (json!({ "return_policy": ["1", "2"] }), "one value"),
    ] {
        let change = ListingChange { fields: Some(fields.clone()), ..ListingChange::default() };
        crafts.change(&ids[0], change).await;
        crafts.push().await;
        let report = crafts.report(&ids[0]).await;
        assert_eq!((report.sync_status.as_str(), crafts.writes()), ("blocked", 0), "{fields}: {report:?}");
        let said = report.issues.to_string();
        assert!(said.contains(word), "{fields}: {said}");
        let none = json!({ "shipping_profile": null, "who_made": null, "when_made": null, "return_policy": null });
        crafts.change(&ids[0], ListingChange { fields: Some(none), ..ListingChange::default() }).await;
    }
}

/// A category's own questions are fields, and their answers attributes of the listing.
#[both_engines]
async fn attributes_of_a_category_are_set_and_taken_back(app: App) {
    let target = shop();
    let red = (1213, "Red".to_owned());
    let values = vec![red.clone(), (1214, "Blue".to_owned())];
    target.add_property(
        CATEGORY,
        NodeProperty {
            id: 200,
            name: "Primary color".into(),
            required: true,
            attribute: true,
            many: false,
            values: values.clone(),
        },
    );
    target.add_property(
        CATEGORY,
        NodeProperty { id: 51, name: "Holiday".into(), required: false, attribute: true, many: true, values },
    );
    target.add_category(481, "Blankets", Some(480));
    let pattern = NodeProperty {
        id: 77,
        name: "Pattern".into(),
        required: false,
        attribute: true,
        many: false,
        values: vec![(1214, "Blue".into())],
    };
    target.add_property(481, pattern);
    let served = super::served(&target);
    let crafts = Crafts::on(app, &plain(), target, served).await;
    let ids = crafts.list().await;
    crafts.push().await;
    let report = crafts.report(&ids[0]).await;
    assert!(report.issues.to_string().contains("Primary color"), "{report:?}");
    let set = async |fields: serde_json::Value| {
        crafts.change(&ids[0], ListingChange { fields: Some(fields), ..ListingChange::default() }).await;
        crafts.push().await;
    };
    set(json!({ "property_200": "1213:Red", "property_51": ["1213:Red", "1214:Blue"] })).await;
    crafts.assert_each_stands(1).await;
    let there = crafts.there(&ids[0]).await;
    assert_eq!((there.properties.get(&200), there.properties.get(&51).map(Vec::len)), (Some(&vec![red]), Some(2)));
    let puts = crafts.sent("PUT", "/properties/");
    set(json!({ "property_200": "1214:Blue", "property_51": null })).await;
    let there = crafts.there(&ids[0]).await;
    assert_eq!(there.properties.get(&200).map(|chosen| chosen[0].0), Some(1214));
    assert_eq!((there.properties.len(), crafts.sent("PUT", "/properties/")), (1, puts + 1), "{there:?}");
    // Attributes of another category are set there, and not before it is in that one.
    crafts.change(&ids[0], ListingChange { category: Some(Some("481".into())), ..ListingChange::default() }).await;
    set(json!({ "property_200": null, "property_77": "1214:Blue" })).await;
    crafts.assert_each_stands(1).await;
    let there = crafts.there(&ids[0]).await;
    assert_eq!((there.taxonomy, there.properties.keys().copied().collect::<Vec<_>>()), (Some(481), vec![77]));
}

/// Everything that passes the check is taken: titles, tags and texts at Etsy's limits.
#[both_engines]
async fn what_passes_the_check_is_taken(app: App) {
    let crafts = Crafts::of(app, &plain()).await;
    let ids = crafts.list().await;
    crafts.push().await;
    let long = format!("50% & more: +1 ™ “ß” {}", "x".repeat(119));
    let many: Vec<String> = (0..20)
        .map(|n| format!("tag number {n}"))
        .chain(["a tag that is much too long".into(), "100%".into()])
        .collect();
    let set = json!({ "title": long, "tags": many, "description": "<ul><li>a &amp; b</li></ul>\n<p>(c) 5 < 6</p>" });
    crafts.set(&ids[0], set).await;
    crafts.assert_each_stands(1).await;
    let there = crafts.there(&ids[0]).await;
    assert_eq!((there.title.chars().count(), there.tags.len()), (140, 13), "{there:?}");
    assert_eq!(there.description, "- a & b\n\n(c) 5 < 6");
    let check = crafts.app.host.app.listings.check(&crafts.app.host.tenant, &ids[0]).await.expect("a check");
    let left = check.warnings.iter().find(|issue| issue.code == "tags-left-out").expect("a warning");
    assert!(left.message.contains("100%") && left.message.contains("tag number 13"), "{left:?}");
    for (title, code) in [
        ("x".repeat(141), "title-too-long"),
        ("5 & 6 & 7".into(), "title-characters"),
        ("5 € off".into(), "title-characters"),
        ("Nice 😀".into(), "title-characters"),
    ] {
        let before = crafts.writes();
        crafts.set(&ids[0], json!({ "title": title })).await;
        let report = crafts.report(&ids[0]).await;
        assert_eq!((report.issues[0]["code"].as_str(), crafts.writes()), (Some(code), before), "{report:?}");
    }
}
