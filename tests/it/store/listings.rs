//! What is known of a listing after each answer, and after none.

use entrepot_domain::{ChannelId, Id, ListingId, ProductId};
use entrepot_store::listings::{Block, Failure, ListingRow, NewListing};
use entrepot_store::{Scoped, ScopedTx};
use entrepot_tests::tampering::execute;
use entrepot_tests::{App, both_engines};

async fn made(app: &App) -> (Scoped, ListingId) {
    let scoped = app.host.db.tenant(&app.host.tenant);
    let id = ListingId::make(app.host.db.clock().now());
    let new = NewListing {
        id: &id,
        channel: &ChannelId::from("chn_1"),
        product: &ProductId::from("prd_1"),
        status: "active",
        overrides: "{}",
        category: None,
        fields: "{}",
        external: None,
    };
    change(&scoped, async |tx| tx.insert_listing(new).await.expect("inserted")).await;
    (scoped, id)
}

async fn change<T>(scoped: &Scoped, of: impl AsyncFnOnce(&mut ScopedTx) -> T) -> T {
    let mut tx = scoped.begin().await.expect("begins");
    let done = of(&mut tx).await;
    tx.commit().await.expect("committed");
    done
}

async fn row(scoped: &Scoped, id: &ListingId) -> ListingRow {
    scoped.listing(id).await.expect("read").expect("a row")
}

/// Sent again instead of asked about, it would stand there twice.
#[both_engines]
async fn what_is_pending_there_stays_so_until_somebody_answers(app: App) {
    let (scoped, id) = made(&app).await;
    let failed = |keeps_pending| Failure { why: "away", at: 1, counts: true, keeps_pending };
    change(&scoped, async |tx| {
        tx.listing_is_sent(&id, "h1", 1).await.expect("sent");
        tx.listing_waits(&id, r#"{"job":7}"#, 1).await.expect("waits");
        tx.listing_failed(&id, failed(true)).await.expect("failed");
        assert!(!tx.delete_listing(&id).await.expect("answers"), "it may stand there");
    })
    .await;
    let waits = row(&scoped, &id).await;
    assert_eq!((waits.sync_status.as_str(), waits.pending.as_deref()), ("failed", Some(r#"{"job":7}"#)));
    change(&scoped, async |tx| tx.listing_failed(&id, failed(false)).await.expect("failed")).await;
    assert_eq!(row(&scoped, &id).await.pending, None);
}

#[both_engines]
async fn a_refusal_ends_the_doubt_and_the_hosts_own_does_not(app: App) {
    let (scoped, id) = made(&app).await;
    let blocked = |refused| Block { refused, nothing_new_stands: refused.is_some(), issues: "[]", why: "no" };
    let touches = row(&scoped, &id).await.touches;
    change(&scoped, async |tx| {
        tx.listing_is_sent(&id, "h1", 1).await.expect("sent");
        tx.listing_is_blocked(&id, blocked(None), touches).await.expect("blocked");
        assert!(!tx.delete_listing(&id).await.expect("answers"), "it may stand there");
    })
    .await;
    assert!(row(&scoped, &id).await.is_in_doubt());
    change(&scoped, async |tx| tx.listing_is_blocked(&id, blocked(Some("h1")), touches).await.expect("blocked")).await;
    let refused = row(&scoped, &id).await;
    assert_eq!((refused.is_in_doubt(), refused.wanted_hash.as_deref()), (false, Some("h1")));
    assert!(change(&scoped, async |tx| tx.delete_listing(&id).await.expect("answers")).await);
}

/// A change of SKU may have linked goods share other stock that is counted here, so their listings are looked at.
#[both_engines]
async fn listings_of_what_is_linked_with_a_changed_product_are_looked_at(app: App) {
    let (scoped, id) = made(&app).await;
    let link = |product: &str, channel: &str| {
        format!(
            "INSERT INTO link_members (tenant_id, product_id, variant_id, channel_id, link_id) \
             SELECT id, '{product}', '1', '{channel}', 'lnk_1' FROM tenants"
        )
    };
    execute(&app, &link("prd_1", "chn_2")).await;
    execute(&app, &link("prd_2", "chn_3")).await;
    let changed = async || change(&scoped, async |tx| tx.touch_listings(&["prd_2"]).await.expect("touched")).await;
    let before = row(&scoped, &id).await.touches;
    changed().await;
    assert_eq!(row(&scoped, &id).await.touches, before, "nothing is counted here");
    change(&scoped, async |tx| tx.add_stock_item("MUG", "simple").await.expect("an item")).await;
    changed().await;
    assert_eq!(row(&scoped, &id).await.touches, before + 1);
}
