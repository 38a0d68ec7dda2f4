//! What links survive: being killed, being undone, products that vanish, and other tenants.

use std::time::{Duration, Instant};

use entrepot_core::AppError;
use entrepot_domain::catalog::{Product, Variant};
use entrepot_domain::{ChannelId, Money, TenantId};
use entrepot_linking::{LinkReport, ProductReference};
use entrepot_store::catalogue::ProductWrite;
use entrepot_store::links::proposals::ProposalFilter;
use entrepot_tests::held::{hold, hold_no_more};
use entrepot_tests::linking::{accept, at_least, proposals};
use entrepot_tests::operations::newest;
use entrepot_tests::{App, Entrepot, blank, both_engines, rows};

fn product(source_id: &str, title: &str, sku: &str) -> Product {
    let (sku, price) = (Some(sku.to_owned()), Some(Money::new(1_000, "EUR")));
    let variant = Variant { sku, price, ..blank::variant(&format!("{source_id}-v")) };
    Product { variants: vec![variant], ..blank::product(source_id, title) }
}

/// A channel with products `1` to `count`, the same in each channel. Their ids are `prd_<channel>_<number>`.
async fn channel(app: &App, tenant: &TenantId, name: &str, count: usize) -> ChannelId {
    let id = rows::channel(app, tenant, name).await;
    let mut tx = app.host.db.tenant(tenant).begin().await.expect("begins");
    let all: Vec<(String, Product)> = (1..=count)
        .map(|n| (id_of(name, n), product(&n.to_string(), &format!("Thing No. {n}"), &format!("S-{n}"))))
        .collect();
    let writes: Vec<_> = all.iter().map(|(id, product)| ProductWrite { id, exists: false, product }).collect();
    for writes in writes.chunks(100) {
        tx.write_products(&id, writes, None).await.expect("products");
    }
    tx.commit().await.expect("committed");
    id
}

fn id_of(channel: &str, number: usize) -> String {
    format!("prd_{channel}_{number}")
}

fn reference(product: &str) -> ProductReference {
    ProductReference { product: product.into(), variant: None }
}

async fn links(app: &App, product: &str) -> Vec<LinkReport> {
    app.host.app.links.links_of(&app.host.tenant, product).await.expect("links")
}

/// Channels of what the product's only variant is linked with, itself among them.
async fn linked(app: &App, product: &str) -> Vec<String> {
    let mut found: Vec<String> =
        links(app, product).await.into_iter().flat_map(|link| link.members).map(|m| m.product).collect();
    found.sort();
    found
}

async fn proposed(app: &App, channel: &str, with: &str) -> String {
    let tenant = &app.host.tenant;
    let batch =
        app.host.app.links.propose_links(tenant, channel, &[with.to_owned()], "ann").await.expect("a batch").batch;
    accept(app, tenant, &batch, &at_least(0)).await;
    batch
}

#[both_engines]
async fn killed_in_the_middle_of_applying_it_goes_on_where_it_was(app: App) {
    let tenant = app.host.tenant.clone();
    channel(&app, &tenant, "berlin", 700).await;
    channel(&app, &tenant, "paris", 700).await;
    let batch = proposed(&app, "berlin", "paris").await;
    hold(&app, "INSERT", "link_pairs", "NEW.proposal > 500").await;
    let entrepot = Entrepot::new(app.environment.clone());
    let mut apply = entrepot.start(&["link", "apply", &batch]);
    let patience = Instant::now();
    while app.host.app.links.link_batch(&tenant, &batch).await.expect("the batch").count("applied") < 500 {
        assert!(patience.elapsed() < Duration::from_secs(60) && apply.is_running(), "{}", apply.said());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(apply.is_running(), "it was still at work: {}", apply.said());
    apply.kill();
    hold_no_more(&app, "link_pairs").await;
    let stopped = app.host.app.links.link_batch(&tenant, &batch).await.expect("the batch");
    assert_eq!((stopped.count("applied"), stopped.count("accepted")), (500, 200));
    let (code, done) = entrepot.json(&["link", "apply", &batch]);
    assert_eq!((code, done["applied"].as_i64(), done["left_out"].as_i64()), (0, Some(700), Some(0)), "{done}");
    let operation = newest(&app, "apply_links").await.expect("an operation");
    assert_eq!((operation.state.as_str(), operation.progress.done, operation.progress.total), ("done", 700, Some(700)));
    for number in 1..=700 {
        assert_eq!(linked(&app, &id_of("berlin", number)).await, [id_of("berlin", number), id_of("paris", number)]);
    }
    assert_eq!(app.host.app.links.undo_links(&tenant, &batch, "ann").await.expect("undone").undone, 700);
    assert!(links(&app, &id_of("paris", 1)).await.is_empty());
}

#[both_engines]
async fn two_that_apply_at_once_link_once(app: App) {
    let tenant = app.host.tenant.clone();
    channel(&app, &tenant, "berlin", 600).await;
    channel(&app, &tenant, "paris", 600).await;
    let batch = proposed(&app, "berlin", "paris").await;
    let other = app.reopen().await;
    let (one, two) = tokio::join!(
        app.host.app.links.apply_links(&tenant, &batch, "ann"),
        other.app.links.apply_links(&tenant, &batch, "bob")
    );
    let (one, two) = (one.expect("applied"), two.expect("applied"));
    assert_eq!((one.applied, one.left_out), (600, 0), "{one:?}");
    assert_eq!(one, two, "who came later joined");
    for number in 1..=600 {
        assert_eq!(linked(&app, &id_of("paris", number)).await, [id_of("berlin", number), id_of("paris", number)]);
    }
}

#[both_engines]
async fn undoing_takes_back_what_the_batch_made_and_nothing_else(app: App) {
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    for name in ["berlin", "paris", "rome"] {
        channel(&app, tenant, name, 4).await;
    }
    let first = proposed(&app, "berlin", "paris").await;
    let early = cases.links.undo_links(tenant, &first, "ann").await;
    assert!(matches!(&early, Err(AppError::Link(why)) if why.contains("was not applied")), "{early:?}");
    assert_eq!(cases.links.apply_links(tenant, &first, "ann").await.expect("applied").applied, 4);
    // Another batch brings Rome in, and hangs on one of the two.
    let second = proposed(&app, "rome", "paris").await;
    assert_eq!(cases.links.apply_links(tenant, &second, "bob").await.expect("applied").applied, 4);
    let three = |n| ["berlin", "paris", "rome"].map(|channel| id_of(channel, n));
    assert_eq!(linked(&app, &id_of("berlin", 1)).await, three(1), "one link of three");
    // All that Rome has of Berlin is linked, through Paris.
    let nothing = cases.links.propose_links(tenant, "rome", &["berlin".into()], "ann").await.expect("a batch");
    assert_eq!((nothing.compared, nothing.proposals), (0, 0));
    // By hand: the second is taken out, and linked to another; the third is unlinked and linked again.
    let (two, other) = (reference(&id_of("berlin", 2)), reference(&id_of("paris", 2)));
    assert_eq!(cases.links.unlink_products(tenant, &two, &other, "eve").await.expect("unlinked"), 1);
    let refused = cases.links.unlink_products(tenant, &two, &reference(&id_of("rome", 2)), "eve").await;
    assert!(matches!(&refused, Err(AppError::Link(why)) if why.contains("not linked")), "{refused:?}");
    let through = cases
        .links
        .unlink_products(tenant, &reference(&id_of("berlin", 1)), &reference(&id_of("rome", 1)), "eve")
        .await;
    assert!(matches!(&through, Err(AppError::Link(why)) if why.contains("through prd_paris_1")), "{through:?}");
    let (three_b, three_p) = (reference("berlin:3"), reference("paris:3"));
    assert_eq!(cases.links.unlink_products(tenant, &three_b, &three_p, "eve").await.expect("unlinked"), 1);
    assert_eq!(cases.links.link_products(tenant, &three_b, &three_p, "eve").await.expect("linked"), 1);
    assert_eq!(cases.links.link_products(tenant, &three_b, &three_p, "eve").await.expect("linked"), 0, "once");
    let taken = cases.links.link_products(tenant, &three_b, &reference("paris:4"), "eve").await;
    assert!(matches!(&taken, Err(AppError::Link(why)) if why.contains("linked to it already")), "{taken:?}");

    let undone = cases.links.undo_links(tenant, &first, "ann").await.expect("undone");
    assert_eq!(undone.undone, 2);
    let changed: Vec<_> = undone.changed_since.iter().map(|one| one.what.contains("eve unlinked it")).collect();
    assert_eq!(changed, [true, true], "{undone:?}");
    assert_eq!(linked(&app, &id_of("berlin", 1)).await, Vec::<String>::new());
    assert_eq!(linked(&app, &id_of("paris", 1)).await, [id_of("paris", 1), id_of("rome", 1)], "the second batch holds");
    assert_eq!(linked(&app, &id_of("berlin", 3)).await, three(3), "what was linked by hand holds");
    let by: Vec<_> = links(&app, &id_of("berlin", 3))
        .await
        .remove(0)
        .pairs
        .into_iter()
        .map(|pair| (pair.made_by, pair.batch))
        .collect();
    assert!(by.contains(&("eve".into(), None)) && by.contains(&("bob".into(), Some(second.clone()))), "{by:?}");
    // Two links become one, and two again.
    channel(&app, tenant, "wien", 4).await;
    let third = proposed(&app, "berlin", "wien").await;
    assert_eq!(cases.links.apply_links(tenant, &third, "ann").await.expect("applied").applied, 4);
    let fourth = proposed(&app, "paris", "wien").await;
    assert_eq!(
        cases.links.apply_links(tenant, &fourth, "ann").await.expect("applied").applied,
        3,
        "Wien 3 is there already"
    );
    assert_eq!(
        linked(&app, &id_of("rome", 1)).await,
        ["berlin", "paris", "rome", "wien"].map(|channel| id_of(channel, 1))
    );
    cases.links.undo_links(tenant, &fourth, "ann").await.expect("undone");
    assert_eq!(linked(&app, &id_of("rome", 1)).await, [id_of("paris", 1), id_of("rome", 1)]);
    assert_eq!(linked(&app, &id_of("wien", 1)).await, [id_of("berlin", 1), id_of("wien", 1)]);
}

#[both_engines]
async fn a_product_that_comes_back_is_linked_as_before(app: App) {
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    channel(&app, tenant, "berlin", 2).await;
    let paris = channel(&app, tenant, "paris", 2).await;
    let batch = proposed(&app, "berlin", "paris").await;
    cases.links.apply_links(tenant, &batch, "ann").await.expect("applied");
    let scoped = app.host.db.tenant(tenant);
    let mut tx = scoped.begin().await.expect("begins");
    tx.delete_items(&paris, &["1".to_owned()]).await.expect("gone");
    tx.commit().await.expect("committed");
    let [link] = &links(&app, &id_of("berlin", 1)).await[..] else { panic!("one link") };
    let gone: Vec<_> = link.members.iter().map(|member| member.name.is_none()).collect();
    assert_eq!(gone.iter().filter(|gone| **gone).count(), 1, "{link:?}");
    assert_eq!(
        cases.links.propose_links(tenant, "berlin", &[], "ann").await.expect("a batch").proposals,
        0,
        "its place is kept"
    );
    let mut tx = scoped.begin().await.expect("begins");
    let back = product("1", "Thing No. 1, new edition", "S-1");
    tx.write_products(&paris, &[ProductWrite { id: &id_of("paris", 1), exists: true, product: &back }], None)
        .await
        .expect("back");
    tx.commit().await.expect("committed");
    let [now] = &links(&app, &id_of("paris", 1)).await[..] else { panic!("one link") };
    assert!(now.link == link.link && now.members.iter().all(|member| member.name.is_some()), "{now:?}");
}

#[both_engines]
async fn other_tenants_goods_are_not_seen_and_not_touched(app: App) {
    let (cases, ours) = (&app.host.app, &app.host.tenant);
    let theirs = rows::other_tenant(&app).await;
    channel(&app, ours, "berlin", 3).await;
    channel(&app, ours, "paris", 3).await;
    channel(&app, &theirs, "berlin", 3).await;
    let alone = cases.links.propose_links(&theirs, "berlin", &[], "eve").await;
    assert!(matches!(&alone, Err(AppError::Link(why)) if why.contains("no channel beside")), "{alone:?}");
    let batch = proposed(&app, "berlin", "paris").await;
    assert_eq!(proposals(&app, ours, &batch).await.len(), 3);
    assert!(matches!(cases.links.apply_links(&theirs, &batch, "eve").await, Err(AppError::NoLinkBatch(_))));
    assert!(matches!(cases.links.undo_links(&theirs, &batch, "eve").await, Err(AppError::NoLinkBatch(_))));
    let all = cases.links.link_proposals(&theirs, &batch, &ProposalFilter::default(), 0, 10).await;
    assert!(matches!(all, Err(AppError::NoLinkBatch(_))));
    cases.links.apply_links(ours, &batch, "ann").await.expect("applied");
    // The other tenant has products of the same ids, which are not linked.
    assert_eq!(cases.links.links_of(&theirs, &id_of("berlin", 1)).await.expect("links"), []);
    let missing = cases.links.links_of(&theirs, &id_of("paris", 1)).await;
    assert!(matches!(missing, Err(AppError::NoProduct(_))), "{missing:?}");
    assert!(cases.links.link_batches(&theirs, "", 10).await.expect("batches").is_empty());
}
