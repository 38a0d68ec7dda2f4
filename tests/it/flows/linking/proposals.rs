//! Goods of two shops are found again in each other: proposed, reviewed, applied, undone.

use std::collections::{HashMap, HashSet};

use axum::body::Body;
use entrepot_domain::ChannelId;
use entrepot_store::links::proposals::{ProposalFilter, ProposalRow};
use entrepot_test_support::seed::{self, Seed};
use entrepot_test_support::{shopify, woocommerce};
use entrepot_tests::linking::{accept, at_least, import, proposals};
use entrepot_tests::rest::call;
use entrepot_tests::{App, Entrepot, Marketplace, both_engines};
use serde_json::json;

const PRODUCTS: usize = 300;
/// So many are in one of the shops only.
const ALONE: usize = 10;
/// Of each twelve products, this one has nothing in the other shop that would tell it from others.
const NAMELESS: u64 = 9;

/// The same goods in another shop, where other people typed them in.
fn retold(mut product: seed::Product) -> seed::Product {
    let (number, words) = (product.number, product.title.clone());
    let mut each = |change: &dyn Fn(&mut seed::Variant)| product.variants.iter_mut().for_each(change);
    match number % 12 {
        0 => product.title = format!("No. {number}: {}", words.replace(&format!(" No. {number}"), "").to_uppercase()),
        1 => product.title = "An article of the season that is just arriving".to_owned(),
        2 => each(&|variant| variant.sku = String::new()),
        3 => each(&|variant| variant.sku = format!("W{}", variant.sku.replace("S-", ""))),
        4 => each(&|variant| variant.gtin = None),
        5 => each(&|variant| variant.gtin = Some("4006381333932".to_owned())),
        6 => product.variants[0].gtin = Some("4006381333931".to_owned()).filter(|_| product.variants[0].gtin.is_some()),
        // The SKU of another product.
        7 => {
            product.variants[0].sku =
                product.variants[0].sku.replace(&format!("{number:06}"), &format!("{:06}", number + 3))
        }
        8 => {
            each(&|variant| variant.sku = String::new());
            product.title = format!("{} | handmade gift", words.replacen('o', "", 1));
        }
        NAMELESS => {
            each(&|variant| (variant.sku, variant.gtin) = (String::new(), None));
            product.title = words.replace(&format!(" No. {number}"), "");
        }
        _ => {}
    }
    product
}

/// What is known of a channel: which product of the seed each product is, and which options each variant has.
type Known = HashMap<(String, String), (String, Vec<String>)>;

/// Of the seed's product.
fn number((truth, _): &(String, Vec<String>)) -> u64 {
    truth.trim_start_matches("is ").parse().expect("a number")
}

async fn known(app: &App, channel: &ChannelId) -> Known {
    let scoped = app.host.db.tenant(&app.host.tenant);
    let (mut known, mut after) = (Known::new(), String::new());
    loop {
        let page = scoped.products_of(channel, &after, 500).await.expect("products");
        let Some(last) = page.last() else { return known };
        after.clone_from(&last.product.source_id);
        for stored in page {
            let number = stored.product.attributes.iter().find(|one| one.key.to_lowercase().contains("truth"));
            let number = number.expect("it is told apart by a fact nobody compares").value.clone();
            for variant in stored.product.variants {
                let key = (stored.id.to_string(), variant.source_id);
                known.insert(key, (number.clone(), variant.option_values));
            }
        }
    }
}

async fn two_shops(app: App) -> (App, Vec<ChannelId>, [Marketplace; 2]) {
    let mut seeds = seed::catalogue(Seed { products: PRODUCTS + ALONE, variable_share: 0.3, seed: 77 });
    for product in &mut seeds {
        product.attributes.push(("Truth".to_owned(), format!("is {}", product.number)));
    }
    let others: Vec<_> = seeds[ALONE..].iter().cloned().map(retold).collect();
    let shops = [
        Marketplace::shopify(&shopify::Store::from_seed(&seeds[..PRODUCTS])),
        Marketplace::woocommerce(&woocommerce::Store::from_seed(&others)),
    ];
    let (app, ids) = app.connect_each(&[("berlin", &shops[0]), ("paris", &shops[1])]).await;
    import(&app, "berlin").await;
    import(&app, "paris").await;
    (app, ids, shops)
}

#[both_engines]
async fn what_two_shops_share_is_found_and_nothing_else(app: App) {
    let (app, ids, _shops) = two_shops(app).await;
    let (berlin, paris) = (known(&app, &ids[0]).await, known(&app, &ids[1]).await);
    let here: HashSet<_> = paris.values().collect();
    let shared = berlin.values().filter(|one| here.contains(one) && number(one) % 12 != NAMELESS).count();
    let tenant = &app.host.tenant;
    let batch = app.host.app.links.propose_links(tenant, "berlin", &[], "ann").await.expect("a batch");
    assert_eq!((batch.compared, batch.state.as_str()), (berlin.len() as i64, "open"));
    let found = proposals(&app, tenant, &batch.batch).await;
    assert_eq!(found.len() as i64, batch.proposals);
    let (mut right, mut sure, mut taken) = (0, 0, HashSet::new());
    for one in &found {
        let (ours, theirs) = (
            (one.product_id.clone(), one.variant_id.clone()),
            (one.other_product_id.clone(), one.other_variant_id.clone()),
        );
        let is_right = berlin[&ours] == paris[&theirs];
        assert!(is_right || one.confidence < 80, "sure and wrong: {one:?}");
        right += usize::from(is_right);
        sure += usize::from(one.confidence >= 80);
        assert!(taken.insert(ours.clone()) && taken.insert(theirs), "one to one: {one:?}");
        // What was done to it stands among the reasons, and keeps it from passing for certain.
        let why = one.reasons.join("; ");
        match number(&berlin[&ours]) % 12 {
            1 if is_right && one.method == "sku" => {
                assert!(one.confidence <= 85 && why.contains("very different titles"), "{one:?}");
            }
            6 if why.contains("different valid GTINs") => assert!(one.confidence < 60, "{one:?}"),
            7 if why.contains("stands on") => assert!(one.confidence <= 80, "{one:?}"),
            _ => {}
        }
    }
    let wrong = found.len() - right;
    println!("shared {shared}, found {}, right {right}, wrong {wrong}, sure {sure}", found.len());
    assert!(right * 100 >= shared * 98, "{right} of {shared}");
    assert!(sure * 100 >= shared * 80, "{sure} of {shared} at 80 or above");
    assert!(wrong * 100 <= shared, "{wrong} wrong");
    for what in ["very different titles", "different valid GTINs", "stands on 2 variants of paris"] {
        assert!(found.iter().any(|one| one.reasons.join("; ").contains(what)), "nothing says {what:?}");
    }
    // The same from the other side.
    let turned = app.host.app.links.propose_links(tenant, "paris", &["berlin".into()], "ann").await.expect("a batch");
    let turned: HashSet<_> = proposals(&app, tenant, &turned.batch)
        .await
        .into_iter()
        .map(|one| (one.other_product_id, one.other_variant_id, one.product_id, one.variant_id, one.confidence))
        .collect();
    let found: HashSet<_> = found
        .into_iter()
        .map(|one| (one.product_id, one.variant_id, one.other_product_id, one.other_variant_id, one.confidence))
        .collect();
    assert_eq!(turned, found);
}

#[both_engines]
async fn a_batch_is_reviewed_applied_and_undone_by_command(app: App) {
    let (app, ids, _shops) = two_shops(app).await;
    let entrepot = Entrepot::new(app.environment.clone());
    let (code, batch) = entrepot.json(&["link", "propose", "paris", "--with", "berlin"]);
    assert_eq!((code, batch["state"].as_str()), (0, Some("open")), "{batch}");
    let id = batch["batch"].as_str().expect("an id");
    let refused = entrepot.run(&["link", "accept", id]);
    assert_eq!(refused.status.code(), Some(1), "all of it is not accepted by mistake");
    assert_eq!(entrepot.json(&["link", "apply", id]).1["applied"], 0, "nothing is accepted yet");

    let (_, unsure) = entrepot.json(&["link", "show", id, "--below", "80", "--limit", "1000"]);
    let unsure = unsure["proposals"].as_array().expect("a list").clone();
    assert!(unsure.len() as i64 == batch["doubtful"].as_i64().unwrap_or(-1) && !unsure.is_empty(), "{batch}");
    let (_, by_title) = entrepot.json(&["link", "show", id, "--reason", "title", "--limit", "1000"]);
    assert!(
        by_title["proposals"]
            .as_array()
            .is_some_and(|all| !all.is_empty() && all.iter().all(|one| one["method"] == "title"))
    );
    let text = entrepot.run(&["link", "show", id, "--below", "80"]);
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    assert!(text.contains("of berlin") && text.contains("% sure, proposed"), "{text}");

    let first = unsure[0]["number"].to_string();
    assert_eq!(entrepot.json(&["link", "reject", id, "--id", &first]).1["changed"], 1);
    let (_, accepted) = entrepot.json(&["link", "accept", id, "--min-confidence", "80"]);
    let sure = batch["certain"].as_i64().unwrap_or(0) + batch["likely"].as_i64().unwrap_or(0);
    assert_eq!(accepted["changed"].as_i64(), Some(sure), "{accepted}");
    assert_eq!(entrepot.json(&["link", "accept", id, "--min-confidence", "80"]).1["changed"], 0);
    let (code, done) = entrepot.json(&["link", "apply", id]);
    assert_eq!((code, done["applied"].as_i64(), done["left_out"].as_i64()), (0, Some(sure), Some(0)), "{done}");
    assert_eq!(entrepot.json(&["link", "apply", id]).1["applied"], 0, "once");

    // A second look finds only what is not linked: nothing that was sure.
    let (_, rest) = entrepot.json(&["link", "propose", "paris"]);
    assert_eq!(rest["compared"].as_i64(), Some(batch["compared"].as_i64().unwrap_or(0) - sure), "{rest}");
    assert_eq!(rest["certain"], 0, "{rest}");
    let (_, batches) = entrepot.json(&["link", "batches"]);
    assert_eq!(batches.as_array().map(Vec::len), Some(2));

    let scoped = app.host.db.tenant(&app.host.tenant);
    let one = scoped
        .link_proposals(id, &ProposalFilter { state: Some("applied".into()), ..ProposalFilter::default() }, 0, 1)
        .await;
    let one = one.expect("proposals").remove(0);
    let (_, links) = entrepot.json(&["link", "of", &one.product_id]);
    let link = links
        .as_array()
        .and_then(|all| all.iter().find(|link| link["members"].to_string().contains(&one.other_product_id)));
    let link = link.unwrap_or_else(|| panic!("{links}"));
    assert_eq!(link["pairs"][0]["batch"].as_str(), Some(id), "{link}");
    let (_, _, product) = call(&app, "GET", &format!("/api/v1/products/{}", one.other_product_id), Body::empty()).await;
    let shown = product["links"].as_array().cloned().unwrap_or_default();
    assert!(
        shown.iter().any(|link| link["product"] == one.product_id.as_str() && link["channel"] == ids[1].as_str()),
        "{product}"
    );
    let (_, _, list) = call(&app, "GET", "/api/v1/products?channel=berlin&limit=200", Body::empty()).await;
    let linked =
        list["items"].as_array().map_or(0, |items| items.iter().filter(|item| item["links"] != json!([])).count());
    assert!(linked > 100, "lists show links too: {linked}");

    let (code, undone) = entrepot.json(&["link", "undo", id]);
    assert_eq!((code, undone["undone"].as_i64(), &undone["changed_since"]), (0, Some(sure), &json!([])), "{undone}");
    assert_eq!(entrepot.json(&["link", "undo", id]).1["undone"], 0, "once");
    assert_eq!(entrepot.json(&["link", "of", &one.product_id]).1, json!([]));
    let again = entrepot.run(&["link", "apply", id]);
    assert!(String::from_utf8_lossy(&again.stderr).contains("propose anew"), "{again:?}");
    assert_eq!(entrepot.json(&["link", "propose", "paris"]).1["compared"], batch["compared"], "as it was before");
}

#[both_engines]
async fn what_changed_since_is_left_out_with_its_reason(app: App) {
    let seeds = seed::catalogue(Seed { products: 8, variable_share: 0.0, seed: 5 });
    let store = woocommerce::Store::from_seed(&seeds);
    let shops = [Marketplace::shopify(&shopify::Store::from_seed(&seeds)), Marketplace::woocommerce(&store)];
    let (app, _) = app.connect_each(&[("berlin", &shops[0]), ("paris", &shops[1])]).await;
    import(&app, "berlin").await;
    import(&app, "paris").await;
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    let batch = cases.links.propose_links(tenant, "paris", &[], "ann").await.expect("a batch").batch;
    assert_eq!(accept(&app, tenant, &batch, &at_least(0)).await, 8);
    let found = proposals(&app, tenant, &batch).await;
    let source = |row: &ProposalRow| {
        let at = seeds.iter().position(|seed| seed.title == row.ours.title).expect("its seed");
        store.product_ids()[at]
    };
    // One changes its SKU, one its title, one vanishes, one is linked meanwhile.
    store.update(source(&found[0]), |product| product.sku = "OTHER-1".into());
    store.update(source(&found[1]), |product| product.name = "Something else".into());
    store.force_delete(source(&found[2]));
    import(&app, "paris").await;
    let reference = |product: &str| entrepot_linking::ProductReference { product: product.into(), variant: None };
    let (one, other) = (reference(&found[3].product_id), reference(&found[4].other_product_id));
    assert_eq!(cases.links.link_products(tenant, &one, &other, "bob").await.expect("linked"), 1);
    let done = cases.links.apply_links(tenant, &batch, "ann").await.expect("applied");
    assert_eq!((done.applied, done.left_out), (3, 5), "{done:?}");
    let after = proposals(&app, tenant, &batch).await;
    for (at, why) in [
        (0, "and is \"OTHER-1\" now"),
        (1, "and is \"Something else\" now"),
        (2, "is gone since it was proposed"),
        (3, "something of berlin is linked to it already"),
        (4, "something of paris is linked to it already"),
    ] {
        let (state, note) = (&after[at].state, after[at].note.as_deref().unwrap_or_default());
        assert!(state == "left_out" && note.contains(why), "{why}: {state} {note}");
    }
    assert!(after[5..].iter().all(|row| row.state == "applied" && row.note.is_none()));
}
