//! Going back to the version before.

use entrepot_policy::Approval;
use entrepot_tests::{App, Entrepot, both_engines, version};

const ADAPTER: &str = "woocommerce";

#[both_engines]
async fn which_version_is_in_use_is_said_after_a_rollback(app: App) {
    app.install().await;
    let admission = app.host.app.services.admission();
    admission.install(version("0.2.0"), "test").await.expect("installs");
    admission.approve(ADAPTER, Approval::default(), "test").await.expect("approved");
    admission.rollback(ADAPTER, "test").await.expect("back");
    let entrepot = Entrepot::new(app.environment.clone());
    let (_, listed) = entrepot.json(&["adapter", "list"]);
    let in_use: Vec<_> =
        listed.as_array().into_iter().flatten().map(|row| (row["version"].as_str(), row["in_use"].as_bool())).collect();
    assert_eq!(in_use, [(Some("0.2.0"), Some(false)), (Some("0.1.0"), Some(true))], "{listed}");
    let (_, inspected) = entrepot.json(&["adapter", "inspect", ADAPTER]);
    assert_eq!((inspected["version"].as_str(), inspected["in_use"].as_str()), (Some("0.2.0"), Some("0.1.0")));
    let text = |words: &[&str]| String::from_utf8_lossy(&entrepot.run(words).stdout).into_owned();
    assert!(text(&["adapter", "inspect", ADAPTER]).contains("in use   0.1.0, and not this version"));
    let list = text(&["adapter", "list"]);
    assert!(list.contains("approved before") && list.contains("in use"), "{list}");
    let doctor = text(&["doctor"]);
    assert!(
        doctor.contains("woocommerce 0.1.0 is in use (generation 3); beside it: 0.2.0 approved before"),
        "{doctor}"
    );
}
