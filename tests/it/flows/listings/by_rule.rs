//! A channel's rule lists products by itself, puts them into categories, ends what no longer matches, and asks where that is much.

use entrepot_domain::effective::{CategoryRule, ChannelRule, Create, ListRule, ProductFilter};
use entrepot_domain::listing::Status;
use entrepot_listings::ListingChange;
use entrepot_test_support::woocommerce::{Product, Term};
use entrepot_tests::linking::import;
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::{Seller, TARGET};

/// What has this keyword is listed.
const TAG: &str = "to-be-listed";

fn tagged() -> ProductFilter {
    ProductFilter { tags: vec![TAG.to_uppercase()], ..ProductFilter::default() }
}

fn rule(create: Create, end: bool) -> ChannelRule {
    let list = ListRule { when: tagged(), create, end, ..ListRule::default() };
    ChannelRule { list: Some(list), ..ChannelRule::default() }
}

impl Seller {
    /// Gives the keyword to the first so many products of the source, takes it from the others, and has them imported.
    async fn tag(&self, number: usize) {
        for (at, id) in self.source.product_ids().into_iter().enumerate() {
            let words = if at < number { TAG } else { "" };
            self.source.change(id, |product| product["search_keywords"] = json!(words));
        }
        import(&self.app, "source").await;
    }

    async fn set_rule(&self, rule: &ChannelRule) {
        self.app.host.app.listings.set_rule(&self.context(), TARGET, rule).await.expect("set");
        self.follow().await;
    }

    /// As the host does by itself.
    async fn follow(&self) {
        self.app.host.app.listings.sync_due().await.expect("a look");
        self.work().await;
    }

    async fn statuses(&self) -> Vec<String> {
        let mut all: Vec<String> = self.reports().await.into_iter().map(|report| report.status).collect();
        all.sort_unstable();
        all
    }

    fn on_sale(&self) -> usize {
        let there = self.target.product_ids().into_iter().filter_map(|id| self.target.product(id));
        there.filter(|product| product.status == "publish").count()
    }

    /// Listings that are to be on sale; some of their products are not shown in their own shop.
    async fn wanted(&self) -> usize {
        self.statuses().await.iter().filter(|status| *status == "active").count()
    }

    async fn held(&self) -> i64 {
        self.app.host.app.listings.held_rule_ends(&self.app.host.tenant, TARGET).await.expect("a number")
    }
}

#[both_engines]
async fn products_that_match_are_drafted_now_and_when_they_come(app: App) {
    let seller = Seller::of(app, 6).await;
    seller.tag(2).await;
    let plan =
        seller.app.host.app.listings.plan_rule(&seller.app.host.tenant, TARGET, &rule(Create::Draft, true)).await;
    let plan = plan.expect("a plan");
    assert_eq!((plan.creates, plan.ends, plan.listed.len()), (2, 0, 2), "{plan:?}");
    assert_eq!(seller.reports().await.len(), 0, "a plan changes nothing");
    seller.set_rule(&rule(Create::Draft, true)).await;
    assert_eq!(seller.statuses().await, ["draft", "draft"]);
    seller.tag(3).await;
    seller.follow().await;
    assert_eq!(seller.statuses().await, ["draft"; 3]);
    assert_eq!(seller.target.product_ids().len(), 0, "drafts are sent nowhere");
    // Nothing more is to be done: no job is made for it.
    assert_eq!(seller.app.host.app.listings.sync_due().await.expect("a look"), 0);
}

#[both_engines]
async fn what_is_published_by_rule_ends_and_comes_back_with_its_tag(app: App) {
    let seller = Seller::of(app, 5).await;
    seller.tag(5).await;
    seller.set_rule(&rule(Create::Publish, true)).await;
    seller.assert_all_stand(5).await;
    let before = seller.on_sale();
    seller.tag(3).await;
    seller.follow().await;
    assert_eq!(seller.statuses().await, ["active", "active", "active", "archived", "archived"]);
    assert_eq!(seller.on_sale(), before - 2);
    seller.tag(5).await;
    seller.follow().await;
    assert_eq!((seller.statuses().await, seller.on_sale()), (vec!["active".to_owned(); 5], before));
    assert_eq!(seller.target.product_ids().len(), 5, "each stands once");
    // All of a few are not fewer than all of many.
    seller.tag(0).await;
    seller.follow().await;
    assert_eq!((seller.on_sale(), seller.held().await), (before, 5));
}

#[both_engines]
async fn what_a_person_decides_the_rule_leaves_alone(app: App) {
    let seller = Seller::of(app, 4).await;
    seller.tag(2).await;
    seller.set_rule(&rule(Create::Publish, true)).await;
    let id = seller.reports().await[0].id.clone();
    seller.app.host.app.listings.end(&seller.context(), &id).await.expect("ended");
    seller.work().await;
    seller.tag(0).await;
    seller.tag(2).await;
    seller.follow().await;
    assert_eq!(seller.report(&id).await.status, "archived", "ended by the seller stays ended");
    // What the rule would make again is not removed, but kept off.
    let refused = seller.app.host.app.listings.remove(&seller.context(), &id).await.expect_err("refused");
    assert!(refused.to_string().contains("listing end"), "{refused}");
    // What the rule ended and a person takes up again is the person's.
    let other = seller.reports().await.into_iter().find(|report| report.id != id).expect("another").id;
    seller.tag(0).await;
    seller.follow().await;
    assert_eq!(seller.report(&other).await.status, "archived");
    seller.change(&other, ListingChange { status: Some(Status::Active), ..ListingChange::default() }).await;
    seller.tag(1).await;
    seller.tag(0).await;
    seller.follow().await;
    assert_eq!(seller.report(&other).await.status, "active");
    // Of a listing that a person made, the rule ends nothing.
    seller.set_rule(&ChannelRule::default()).await;
    assert_eq!(seller.statuses().await, ["active", "archived"]);
}

#[both_engines]
async fn many_ends_at_once_are_asked_about(app: App) {
    let seller = Seller::of(app, 20).await;
    seller.tag(20).await;
    seller.set_rule(&rule(Create::Publish, true)).await;
    assert_eq!(seller.wanted().await, 20);
    seller.tag(0).await;
    seller.follow().await;
    assert_eq!((seller.wanted().await, seller.held().await), (20, 20));
    assert_eq!(seller.app.host.app.listings.sync_due().await.expect("a look"), 0, "it waits for a person");
    // What has its tag again is not counted any more.
    seller.tag(2).await;
    seller.follow().await;
    assert_eq!((seller.wanted().await, seller.held().await), (20, 18));
    // Fewer are allowed than would end: it is asked about again.
    let (listings, context) = (&seller.app.host.app.listings, seller.context());
    let refused = listings.allow_rule_ends(&context, TARGET, 17).await.expect_err("refused").to_string();
    assert!(refused.contains("18") && refused.contains("none of them"), "{refused}");
    seller.follow().await;
    assert_eq!((seller.wanted().await, seller.held().await), (20, 18));
    listings.allow_rule_ends(&context, TARGET, 18).await.expect("allowed");
    seller.follow().await;
    assert_eq!((seller.wanted().await, seller.held().await), (2, 0));
    assert!(listings.allow_rule_ends(&context, TARGET, 0).await.is_err());
}

#[both_engines]
async fn small_steps_end_no_more_in_a_day_than_a_large_one(app: App) {
    let seller = Seller::of(app, 20).await;
    seller.tag(20).await;
    seller.set_rule(&rule(Create::Publish, true)).await;
    for left in [17, 14, 11, 8] {
        seller.tag(left).await;
        seller.follow().await;
    }
    // Ten where 30 % are fewer.
    assert_eq!(seller.wanted().await, 11);
    assert_eq!(seller.held().await, 3);
}

#[both_engines]
async fn what_stands_there_already_becomes_a_draft(app: App) {
    let seller = Seller::of(app, 3).await;
    let sku = seller.products(0).await[0].variants[0].sku.clone().expect("a SKU");
    seller.target.insert(Product::simple("Made by hand").priced("99.00").with_sku(&sku));
    seller.tag(3).await;
    seller.set_rule(&rule(Create::Publish, true)).await;
    assert_eq!(seller.statuses().await, ["active", "active", "draft"]);
    let draft = seller.reports().await.into_iter().find(|report| report.status == "draft").expect("a draft");
    assert!(draft.sync_error.is_some_and(|why| why.contains("listing adopt target --apply")));
    assert_eq!(seller.target.product_ids().len(), 3, "nothing stands twice");
}

#[both_engines]
async fn exceptions_and_channels_narrow_what_is_listed(app: App) {
    let seller = Seller::of(app, 3).await;
    seller.tag(2).await;
    let of = |list: ListRule| ChannelRule { list: Some(list), ..ChannelRule::default() };
    seller.set_rule(&of(ListRule { except: tagged(), ..ListRule::default() })).await;
    assert_eq!(seller.reports().await.len(), 1);
    // Of the target itself nothing is listed there.
    seller.set_rule(&of(ListRule { from: vec![TARGET.into()], ..ListRule::default() })).await;
    assert_eq!(seller.reports().await.len(), 1);
    seller.set_rule(&of(ListRule { from: vec!["source".into()], ..ListRule::default() })).await;
    assert_eq!(seller.reports().await.len(), 3);
    let (listings, none) =
        (&seller.app.host.app.listings, of(ListRule { from: vec!["nowhere".into()], ..ListRule::default() }));
    let refused = listings.set_rule(&seller.context(), TARGET, &none).await.expect_err("refused");
    assert!(refused.to_string().contains("nowhere"), "{refused}");
}

#[both_engines]
async fn a_rule_puts_goods_into_categories_and_a_person_elsewhere(app: App) {
    let seller = Seller::of(app, 3).await;
    let (shelf, other) = (901, 902);
    seller.target.change_terms(|terms| {
        terms.categories.extend([(shelf, "Shelf"), (other, "Other")].map(|(id, name)| (id, Term::new(id, name, 0))));
    });
    seller.tag(1).await;
    let ids = seller.list_all().await;
    let mut rule = ChannelRule {
        categories: vec![
            CategoryRule { when: tagged(), category: shelf.to_string(), ..CategoryRule::default() },
            CategoryRule { category: other.to_string(), ..CategoryRule::default() },
        ],
        ..ChannelRule::default()
    };
    seller.set_rule(&rule).await;
    seller.push().await;
    let category = |title: &str| {
        let there = seller.target.product_ids().into_iter().filter_map(|id| seller.target.product(id));
        { there }.find(|product| &*product.name == title).map(|product| product.categories.clone()).unwrap_or_default()
    };
    let titles: Vec<String> = seller.products(0).await.into_iter().map(|product| product.title).collect();
    let tags: Vec<bool> =
        seller.products(0).await.iter().map(|product| product.tags.iter().any(|tag| tag == TAG)).collect();
    for (title, tagged) in titles.iter().zip(&tags) {
        assert_eq!(category(title), [if *tagged { shelf } else { other }], "{title}");
    }
    seller.change(&ids[0], ListingChange { category: Some(Some(shelf.to_string())), ..ListingChange::default() }).await;
    rule.categories.remove(0);
    seller.set_rule(&rule).await;
    let by_hand = seller.report(&ids[0]).await.title.expect("a title");
    for title in &titles {
        assert_eq!(category(title), [if *title == by_hand { shelf } else { other }], "{title}");
    }
    let check = seller.app.host.app.listings.check(&seller.app.host.tenant, &ids[1]).await.expect("a check");
    assert_eq!(json!(check.origins)["category"], "rule");
}
