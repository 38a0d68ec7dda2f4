//! What a channel does with its goods: its rule, what stands there already, and that it is not removed while it sells.

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_core::AppError;
use entrepot_tests::pages::Pages;
use entrepot_tests::rest::call;
use entrepot_tests::{App, both_engines};

use super::listings::carried;
use crate::flows::listings::{Seller, TARGET};

#[both_engines]
async fn a_rule_shows_what_it_would_change_before_it_is_saved(app: App) {
    let seller = Seller::of(app, 2).await;
    seller.list_all().await;
    let (pages, path) = (Pages::of(&seller.app), format!("/channels/{}/rule", seller.channels[1].as_str()));
    let form = pages.shown(&path).await;
    let seen = form.html.split("name=\"seen\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("seen");
    let seen = seen.to_owned();
    let typed = [("percent", "10"), ("ending", "99"), ("buffer", "2"), ("seen", seen.as_str())];
    let plan = pages.post(&format!("{path}/plan"), &typed).await;
    assert!(plan.status == StatusCode::OK && plan.holds("would have another price or stock"), "{}", plan.html);
    assert!(plan.holds("Save the rule") && plan.holds(".99 "), "{}", plan.html);
    let rule = || seller.app.host.app.listings.rule(&seller.app.host.tenant, TARGET);
    assert_eq!(rule().await.expect("a rule").price, None, "a plan changes nothing");
    let wrong = pages.post(&format!("{path}/plan"), &[("percent", "lots"), ("ending", "100")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.holds("value=\"lots\"") && wrong.holds("is no amount"), "{}", wrong.html);
    let saved = pages.post(&path, &typed).await;
    assert_eq!(saved.location(), format!("/listings?channel={}", seller.channels[1].as_str()), "{}", saved.html);
    let stored = rule().await.expect("a rule");
    assert_eq!(stored.price.map(|price| (price.basis_points, price.ending)), Some((1_000, Some(99))));
    // It was made on another rule.
    let late = pages.post(&path, &[("percent", "50"), ("seen", seen.as_str())]).await;
    assert!(late.status == StatusCode::CONFLICT && late.holds("value=\"10\""), "{}", late.html);
    assert_eq!(rule().await.expect("a rule").price.map(|price| price.basis_points), Some(1_000));
}

#[both_engines]
async fn what_a_rule_lists_and_ends_is_shown_before_it_is_saved(app: App) {
    let seller = Seller::of(app, 20).await;
    let (pages, path) = (Pages::of(&seller.app), format!("/channels/{}/rule", seller.channels[1].as_str()));
    let form = pages.shown(&path).await;
    let seen = |html: &str| {
        let rest = html.split("name=\"seen\" value=\"").nth(1).expect("seen");
        rest.split('"').next().expect("seen").to_owned()
    };
    let of = seen(&form.html);
    let typed = [("create", "draft"), ("end", "end"), ("seen", of.as_str())];
    let plan = pages.post(&format!("{path}/plan"), &typed).await;
    assert!(plan.holds("20 products would be listed by themselves"), "{}", plan.html);
    assert_eq!(plan.html.matches("would be listed</td>").count(), 20);
    pages.post(&path, &typed).await;
    seller.work().await;
    assert_eq!(seller.reports().await.len(), 20);
    // All would end: saved as it was shown, they do.
    let of = seen(&pages.shown(&path).await.html);
    let none = [("create", "draft"), ("end", "end"), ("tags", "nothing has this, or that"), ("seen", of.as_str())];
    let plan = pages.post(&format!("{path}/plan"), &none).await;
    assert!(plan.holds("20 listings would end") && plan.holds("name=\"ends\" value=\"20\""), "{}", plan.html);
    // Without having seen that, they are held back.
    pages.post(&path, &none).await;
    seller.work().await;
    let held = pages.shown(&path).await;
    assert!(held.holds("The rule would end 20 listings"), "{}", held.html);
    let allowed = pages.post(&format!("{path}/ends"), &[("ends", "20")]).await;
    assert_eq!(allowed.location(), format!("/listings?channel={}", seller.channels[1].as_str()));
    seller.work().await;
    assert!(seller.reports().await.iter().all(|report| report.status == "archived"));
    assert!(!pages.shown(&path).await.holds("The rule would end"));
}

#[both_engines]
async fn what_stands_there_already_is_looked_at_and_taken(app: App) {
    let seller = Seller::of(app, 2).await;
    seller.list_all().await;
    let scoped = seller.app.host.db.tenant(&seller.app.host.tenant);
    let product = scoped.products_of(&seller.channels[0], "", 1).await.expect("products").remove(0).product;
    let sku = product.variants[0].sku.clone().expect("a SKU");
    let theirs = entrepot_test_support::woocommerce::Product::simple("Theirs").priced("1.00").with_sku(&sku);
    seller.target.insert(theirs);
    let (pages, path) = (Pages::of(&seller.app), format!("/channels/{}/adoption", seller.channels[1].as_str()));
    assert!(pages.shown(&path).await.holds(">Look</button>"));
    let looked = pages.post(&path, &[]).await;
    carried(&seller, "adopt_listings").await;
    let found = pages.shown(looked.location()).await;
    assert!(found.holds(&sku) && found.holds("Take 1 product for these listings"), "{}", found.html);
    assert!(seller.reports().await.iter().all(|report| report.external_id.is_none()), "looking takes nothing");
    let taken = pages.post(&path, &[("apply", "yes")]).await;
    carried(&seller, "adopt_listings").await;
    assert!(pages.shown(taken.location()).await.holds("1 product was taken"));
    assert_eq!(seller.reports().await.iter().filter(|report| report.external_id.is_some()).count(), 1);
}

#[both_engines]
async fn a_channel_that_sells_is_not_removed_unseen(app: App) {
    let seller = Seller::of(app, 2).await;
    seller.list_all().await;
    seller.push().await;
    let (app, pages, channel) = (&seller.app, Pages::of(&seller.app), seller.channels[1].as_str());
    let path = format!("/channels/{channel}/remove");
    let confirm = pages.shown(&path).await;
    assert!(confirm.holds("2 listings stand on sale there") && confirm.holds("End them first"), "{}", confirm.html);
    let plan = pages.shown(&confirm.link("End them first")).await;
    assert!(plan.holds("End 2 listings"), "{}", plan.html);
    let refused = pages.post(&path, &[("name", TARGET)]).await;
    assert!(refused.status == StatusCode::CONFLICT && refused.holds("2 listings stand"), "{}", refused.html);
    let by_command = app.host.app.subscriptions.remove_channel(&app.host.tenant, TARGET).await;
    let said = by_command.expect_err("refused");
    assert!(
        matches!(said, AppError::OnSale { number: 2, .. }) && said.to_string().contains("end them first"),
        "{said}"
    );
    let (status, _, problem) = call(app, "DELETE", &format!("/api/v1/channels/{channel}"), Body::empty()).await;
    assert_eq!((status, problem["type"].as_str()), (StatusCode::CONFLICT, Some("urn:entrepot:conflict")), "{problem}");
    // Its source sells nothing, and goes without a word.
    assert!(!pages.shown(&format!("/channels/{}/remove", seller.channels[0].as_str())).await.holds("on sale there"));
    let left = format!("/api/v1/channels/{channel}?leave_listings=true");
    assert_eq!(call(app, "DELETE", &left, Body::empty()).await.0, StatusCode::NO_CONTENT);
    assert_eq!(seller.target.product_ids().len(), 2, "they stay");
    assert!(pages.shown("/listings").await.holds("Nothing is listed yet"));
}

#[both_engines]
async fn what_is_ended_keeps_no_channel(app: App) {
    let seller = Seller::of(app, 1).await;
    let ids = seller.list_all().await;
    seller.push().await;
    seller.app.host.app.listings.end(&seller.context(), &ids[0]).await.expect("ended");
    seller.work().await;
    let pages = Pages::of(&seller.app);
    let path = format!("/channels/{}/remove", seller.channels[1].as_str());
    assert_eq!(pages.post(&path, &[("name", TARGET)]).await.location(), "/channels");
}
