//! Filters that somebody gave a name: their own, tabs above the list.

use axum::http::StatusCode;
use entrepot_domain::TenantId;
use entrepot_tests::pages::Pages;
use entrepot_tests::{App, SmallShop, both_engines};

#[both_engines]
async fn a_filter_gets_a_name_and_is_a_tab(app: App) {
    let _shop = SmallShop::imported(&app).await;
    let pages = Pages::of(&app);
    assert!(!pages.shown("/products").await.holds("Save this view"), "everything needs no name");
    let filter = [("q", "red & blue"), ("status", "draft")];
    assert!(pages.shown("/products?q=red+%26+blue&status=draft").await.holds("Save this view"));
    let saved = pages.post("/products/views", &[&filter[..], &[("name", " <b>Drafts</b> ")]].concat()).await;
    assert_eq!(saved.location(), "/products?q=red%20%26%20blue&status=draft", "{}", saved.html);
    let list = pages.shown(saved.location()).await;
    assert!(list.holds("aria-current=\"page\" dir=\"auto\">&#60;b&#62;Drafts"), "{}", list.html);
    assert_eq!(pages.shown("/products").await.link("Drafts"), saved.location());
    // The same name once more is the same tab with another filter.
    pages.post("/products/views", &[("name", "<b>Drafts</b>"), ("status", "archived")]).await;
    let list = pages.shown("/products").await;
    assert_eq!((list.html.matches("Drafts").count(), list.link("Drafts").as_str()), (1, "/products?status=archived"));
    for (name, words) in
        [("", "give the view a name"), (&"x".repeat(41), "at most 40 characters"), ("a\u{202e}b", "holds \\u{202e}")]
    {
        let refused = pages.post("/products/views", &[("name", name), ("q", "x")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.html.to_lowercase().contains(words), "{}", refused.html);
    }
    for number in 1..20 {
        pages.post("/products/views", &[("name", &format!("View {number}")), ("q", "x")]).await;
    }
    let many = pages.post("/products/views", &[("name", "One more"), ("q", "x")]).await;
    assert!(many.status == StatusCode::UNPROCESSABLE_ENTITY && many.holds("remove one first"), "{}", many.html);
    let other = app.host.app.accounts.add_tenant("stranger", "test").await.expect("a tenant");
    let stranger = Pages::for_tenant(&app, &TenantId::from(other.id.as_str())).await;
    assert!(!stranger.shown("/products").await.holds("Drafts"));
    assert_eq!(pages.post("/products/views/remove", &[("name", "<b>Drafts</b>")]).await.location(), "/products");
    assert!(!pages.shown("/products").await.holds("Drafts"));
}
