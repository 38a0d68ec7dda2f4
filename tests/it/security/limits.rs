//! Limits that no manifest gets.

use entrepot_policy::{Approval, ByteSize};
use entrepot_tests::{App, Entrepot, both_engines, edited, with_version};

const ADAPTER: &str = "woocommerce";

#[both_engines]
async fn the_host_has_a_ceiling_for_every_limit(app: App) {
    let app =
        app.with(&[("ENTREPOT_CEILINGS_MEMORY_MIB", "300"), ("ENTREPOT_CEILINGS_REQUESTS_PER_SECOND", "3")]).await;
    let admission = app.host.app.services.admission();
    let greedy = |number: &str| {
        edited(ADAPTER, |text| {
            with_version(text, number)
                .replace("memory = \"256MiB\"", "memory = \"1000000GiB\"\nwall_clock = \"10000000m\"")
        })
    };
    admission.install(greedy("0.1.0"), "test").await.expect("installs");
    let review = admission.review(ADAPTER).await.expect("a review");
    assert!(
        review.cut.contains(&"memory of a call: 300MiB instead of 1000000GiB".to_owned()) && review.cut.len() == 3,
        "{review:?}"
    );
    let approved = admission.approve_capped(ADAPTER, Approval::default(), "test").await.expect("approved");
    assert_eq!(approved.cut, review.cut);
    let active = admission.active(ADAPTER).await.expect("in use");
    assert_eq!(
        (active.grant.limits.memory, active.grant.rate_limit.requests_per_second),
        (Some(ByteSize(300 << 20)), 3.0)
    );
    assert!(app.host.db.audit_of(ADAPTER, 1).await.expect("entries")[0].details.contains("instead of 1000000GiB"));
    // A host that gives less later gives less of what was granted before.
    let lower = app.with(&[("ENTREPOT_CEILINGS_MEMORY_MIB", "200")]).await;
    let active = lower.host.app.services.admission().active(ADAPTER).await.expect("in use");
    assert_eq!(active.grant.limits.memory, Some(ByteSize(200 << 20)));
    let (_, inspected) = Entrepot::new(lower.environment.clone()).json(&["adapter", "inspect", ADAPTER]);
    assert!(
        inspected["review"]["cut"][0].as_str().is_some_and(|cut| cut.starts_with("memory of a call: 200MiB")),
        "{inspected}"
    );
}
