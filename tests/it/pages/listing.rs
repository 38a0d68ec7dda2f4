//! One listing in a browser: changed, checked, published, and what somebody else did meanwhile is seen.

use axum::http::StatusCode;
use entrepot_listings::{ListingChange, ListingReport};
use entrepot_tests::pages::{Page, Pages};
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::listings::carried;
use crate::flows::listings::Seller;

struct Of {
    seller: Seller,
    pages: Pages,
    path: String,
}

impl Of {
    async fn one(app: App) -> Self {
        let seller = Seller::of(app, 2).await;
        let ids = seller.list_all().await;
        Self { pages: Pages::of(&seller.app), path: format!("/listings/{}", ids[0]), seller }
    }

    async fn shown(&self) -> Page {
        self.pages.shown(&self.path).await
    }

    async fn post(&self, what: &str, fields: &[(&str, &str)]) -> Page {
        self.pages.post(&format!("{}/{what}", self.path), fields).await
    }

    async fn report(&self) -> ListingReport {
        let id = self.path.rsplit('/').next().unwrap_or_default();
        self.seller.app.host.app.listings.show(&self.seller.app.host.tenant, id).await.expect("a report")
    }
}

#[both_engines]
async fn a_listing_is_changed_checked_and_published(app: App) {
    let of = Of::one(app).await;
    let draft = of.shown().await;
    assert!(
        draft.holds("</span>draft") && draft.holds("Nothing was sent") && draft.holds("Nothing keeps it"),
        "{}",
        draft.html
    );
    assert!(
        draft.holds("the shop") && draft.holds("As buyers see it there") && draft.holds(">Remove<"),
        "{}",
        draft.html
    );
    let form = of.pages.shown(&format!("{}/edit", of.path)).await;
    assert!(form.holds("name=\"version\" value=\"1\"") && form.holds("The shop says:"), "{}", form.html);
    let typed = [
        ("version", "1"),
        ("title", "A <b>better</b> mug"),
        ("price", "19.90"),
        ("tags", "new, blue"),
        ("seo_slug", "better-mug"),
    ];
    let saved = of.post("edit", &typed).await;
    assert_eq!(saved.location(), of.path, "{}", saved.html);
    let report = of.report().await;
    assert_eq!(report.set["title"], "A <b>better</b> mug");
    assert_eq!(
        (report.set["price"]["minor"].as_i64(), report.set["tags"].clone()),
        (Some(1_990), json!(["new", "blue"]))
    );
    let shown = of.shown().await;
    assert!(
        shown.holds("set here") && shown.holds("The shop says:") && shown.holds("A &#60;b&#62;better"),
        "{}",
        shown.html
    );

    // A price before that is no reduction is said at its field, and keeps it from being sent.
    of.post("edit", &[("version", "2"), ("title", "Mug"), ("price", "19.90"), ("compare_at", "10")]).await;
    let refused = of.shown().await;
    assert!(refused.holds("It would be refused") && refused.holds("is not above the price"), "{}", refused.html);
    of.post("edit", &[("version", "3"), ("title", "Mug"), ("price", "19.90"), ("compare_at", "25")]).await;
    assert!(of.shown().await.holds("<s>25.00 "), "{}", of.shown().await.html);

    assert_eq!(of.post("push", &[]).await.location(), of.path);
    of.seller.work().await;
    let report = of.report().await;
    assert_eq!((report.sync_status.as_str(), report.status.as_str()), ("synced", "active"), "{report:?}");
    let there = of.seller.target.product(report.external_id.expect("an id").parse().expect("a number")).expect("there");
    assert_eq!(*there.name, *"Mug");
    let shown = of.shown().await;
    assert!(
        shown.holds("Taken by the marketplace") && shown.holds("Published") && shown.holds("19.90"),
        "{}",
        shown.html
    );
    assert!(!shown.holds(">Remove<"), "what stands there is ended first");

    let version = of.report().await.version.to_string();
    assert_eq!(of.post("revert", &[("field", "price"), ("version", &version)]).await.location(), of.path);
    assert!(of.report().await.set["price"].is_null());
    let stale = of.post("revert", &[("field", "title"), ("version", &version)]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert_eq!(of.report().await.set["title"], "Mug");
    of.post("end", &[]).await;
    of.seller.work().await;
    assert!(of.shown().await.holds("</span>ended") && of.shown().await.holds("Publish again"));
}

#[both_engines]
async fn what_was_typed_is_kept_when_it_is_wrong_or_overtaken(app: App) {
    let of = Of::one(app).await;
    for (name, value, words) in [
        ("price", "much", "is no amount"),
        ("compare_at", "1.999", "more decimals"),
        ("seo_slug", "Bad Slug!", "letters, digits and hyphens"),
        ("new_picture", "javascript:alert(1)", "no address of a picture"),
        ("title", &"x".repeat(1_001), "it needs one"),
    ] {
        let fields = [("version", "1"), ("brand", "Nørd & Co"), (name, value)];
        let wrong = of.post("edit", &fields).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(wrong.holds(words) && wrong.holds("Nørd &#38; Co"), "{name}: {}", wrong.html);
        assert!(wrong.holds(&value[..4]), "{name}");
    }
    assert_eq!(of.report().await.version, 1, "nothing was saved");
    let set = json!({ "title": "Theirs", "brand": "Their brand" });
    let id = of.report().await.id;
    of.seller.change(&id, ListingChange { set: Some(set), ..ListingChange::default() }).await;
    let late = of.post("edit", &[("version", "1"), ("title", "Ours"), ("brand", "Their brand")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.holds("value=\"Ours\"") && late.holds("By now it is: Theirs"), "{}", late.html);
    assert!(!late.holds("By now it is: Their brand"), "what is the same is no news: {}", late.html);
    assert_eq!(of.report().await.set["title"], "Theirs", "nothing is overwritten unseen");
    let again = of.post("edit", &[("version", "2"), ("title", "Ours")]).await;
    assert_eq!(again.location(), of.path);
    let report = of.report().await;
    assert_eq!((report.set["title"].as_str(), report.set["brand"].is_null()), (Some("Ours"), true));
    // Signed out meanwhile: what was typed is kept.
    let nobody = Pages::anonymous(&of.seller.app);
    let kept = nobody.post(&format!("{}/edit", of.path), &[("title", "Long text"), ("version", "3")]).await;
    assert!(kept.status == StatusCode::UNAUTHORIZED && kept.holds("Long text"), "{}", kept.html);
}

#[both_engines]
async fn pictures_are_put_in_order_and_left_out(app: App) {
    let of = Of::one(app).await;
    let urls = ["https://pictures.example/1.jpg", "https://pictures.example/2.jpg"];
    let added = of.post("edit", &[("version", "1"), ("new_picture", &urls.join(" "))]).await;
    assert_eq!(added.location(), of.path, "{}", added.html);
    assert_eq!(of.report().await.set["images"], json!(urls));
    let order = |places: [&'static str; 2], version: &'static str| {
        vec![
            ("version", version),
            ("picture.0", urls[0]),
            ("shown.0", "yes"),
            ("place.0", places[0]),
            ("picture.1", urls[1]),
            ("shown.1", "yes"),
            ("place.1", places[1]),
        ]
    };
    of.post("edit", &order(["2", "1"], "2")).await;
    assert_eq!(of.report().await.set["images"], json!([urls[1], urls[0]]));
    of.post("edit", &order(["", "1"], "3")).await;
    assert_eq!(of.report().await.set["images"], json!([urls[1]]));
    let odd = of.post("edit", &order(["first", "1"], "4")).await;
    assert!(odd.status == StatusCode::UNPROCESSABLE_ENTITY && odd.holds("is no place"), "{}", odd.html);
    of.post("edit", &[("version", "4"), ("shop_pictures", "yes")]).await;
    assert!(of.report().await.set["images"].is_null());
}

#[both_engines]
async fn a_category_is_looked_for_chosen_and_asked_about(app: App) {
    let of = Of::one(app).await;
    of.post("push", &[]).await;
    // The shop has the categories that goods came with, or none; it is asked by an operation.
    let looked = of.post("category/find", &[("words", "")]).await;
    assert!(looked.location().contains("/category?operation=op"), "{}", looked.location());
    assert!(of.pages.shown(looked.location()).await.holds("data-live=\"/live/operations/"));
    carried(&of.seller, "find_categories").await;
    let found = of.pages.shown(looked.location()).await;
    assert!(found.holds("What was found"), "{}", found.html);
    let version = of.report().await.version.to_string();
    let chosen = of.post("category", &[("category", "15"), ("version", &version)]).await;
    assert!(chosen.location().starts_with("/operations/"), "{}", chosen.html);
    carried(&of.seller, "ask_category_fields").await;
    let done = of.pages.shown(chosen.location()).await;
    assert!(done.holds("Fill in what it asks for"), "{}", done.html);
    assert_eq!(of.report().await.category.as_deref(), Some("15"));
    assert!(of.pages.shown(&format!("{}/edit", of.path)).await.holds("The marketplace asks for nothing more"));
    let stale = of.post("category", &[("category", "16"), ("version", &version)]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let other = of.pages.open(&format!("{}/category?operation=op_nobody", of.path)).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
}

#[both_engines]
async fn a_product_says_where_it_is_listed(app: App) {
    let of = Of::one(app).await;
    let report = of.report().await;
    let product = format!("/products/{}", report.product);
    let page = of.pages.shown(&product).await;
    assert!(page.holds("Listed on") && page.holds(&of.path) && page.holds("</span>draft"), "{}", page.html);
    assert!(!page.holds("Make a draft"), "it is on every channel that sells: {}", page.html);
    assert_eq!(of.post("remove", &[]).await.location(), "/listings");
    let page = of.pages.shown(&product).await;
    assert!(page.holds("It is listed nowhere else") && page.holds("Make a draft"), "{}", page.html);
    let on = report.channel.as_str();
    let made = of.pages.post(&format!("{product}/list"), &[("on", on)]).await;
    assert!(made.location().starts_with("/listings/lst_"), "{}", made.html);
    let twice = of.pages.post(&format!("{product}/list"), &[("on", on)]).await;
    assert_eq!(made.location(), twice.location());
    let back = of.pages.post(&format!("{product}/list"), &[("on", of.seller.channels[0].as_str())]).await;
    assert_eq!(back.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", back.html);
}
