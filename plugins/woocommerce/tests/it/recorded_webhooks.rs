//! Deliveries that real shops sent.

use std::path::PathBuf;

use entrepot_guest::prelude::*;
use entrepot_plugin_woocommerce::webhooks::verify;
use serde_json::Value;

use crate::webhooks::{changed, delivery, host};

fn samples() -> Option<PathBuf> {
    let specs = std::env::var_os("ENTREPOT_SPECS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs"), PathBuf::from);
    let folder = specs.join("woocommerce");
    if folder.join("webhooks").is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: no recorded webhooks in {} (set ENTREPOT_SPECS)", folder.display());
    None
}

#[test]
fn recorded_deliveries_are_verified_and_understood() {
    let Some(folder) = samples() else { return };
    let host = host("s3cr3t-for-samples");
    let mut ids = Vec::new();
    let mut seen = 0;
    for (name, want) in [
        ("01-product.created-simple", changed("38")),
        ("02-product.updated-simple-stock-change", changed("38")),
        ("03-product.updated-VARIATION-price", changed("11")),
        ("04-product.created-VARIATION", changed("11")),
        ("05-product.deleted", changed("38")),
        ("06-product.restored", changed("38")),
        ("07-product.deleted-VARIATION-trashed", changed("34")),
        ("08-order.created", Event::OrderChanged("40".into())),
        ("09-order.updated-processing", Event::OrderChanged("40".into())),
        ("13-order.deleted", Event::OrderChanged("43".into())),
        ("14-product.updated-stock-by-order-SAME-DELIVERY-ID-a", changed("14")),
        ("15-product.updated-stock-by-order-SAME-DELIVERY-ID-b", changed("11")),
    ] {
        let delivery = recorded(&folder.join("webhooks"), name, "json");
        let Verdict::Accepted(verified) = verify(&host, &delivery).unwrap() else { panic!("{name}") };
        assert_eq!(verified.events, [want], "{name}");
        assert!(name.contains(&verified.topic), "{name}");
        ids.push(verified.id);
        seen += 1;
    }
    ids.sort();
    ids.dedup();
    assert_eq!(
        ids.len(),
        seen - 1,
        "each is another one, but order 40: made and changed in one second, and shown the same twice"
    );
    for name in [
        "16-product.updated-ERROR-BODY-webhook-user-lost-access",
        "17-product.created-ERROR-BODY-resource-deleted-before-delivery",
    ] {
        let delivery = recorded(&folder.join("webhooks"), name, "json");
        let Verdict::Accepted(verified) = verify(&host, &delivery).unwrap() else { panic!("{name}") };
        assert!(matches!(verified.events[..], [Event::Ignored(_)]), "{name}");
    }
    let ping = recorded(&folder.join("webhooks"), "00-ping-on-create", "txt");
    assert!(matches!(verify(&host, &ping), Ok(Verdict::Reply((200, ..)))));
    let keys = recorded(&folder.join("webhooks"), "18-wc-auth-callback", "json");
    assert!(matches!(verify(&host, &keys), Ok(Verdict::Rejected(_))), "not a webhook, and not signed");
}

fn recorded(folder: &std::path::Path, name: &str, extension: &str) -> Delivery {
    let head = std::fs::read_to_string(folder.join(format!("{name}.headers.json"))).unwrap();
    let head: Value = serde_json::from_str(&head).unwrap();
    let headers = head["headers"].as_array().unwrap().iter();
    let headers: Vec<_> = headers.map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap())).collect();
    delivery(&headers, &std::fs::read_to_string(folder.join(format!("{name}.body.{extension}"))).unwrap())
}

#[test]
fn another_shops_recorded_deliveries_are_verified_too() {
    let Some(folder) = samples() else { return };
    let host = host("acceptance-webhook-secret");
    let mut files: Vec<_> =
        std::fs::read_dir(folder.join("captured/webhooks")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut pings, mut told) = (0, 0);
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap().replace("\r\n", "\n");
        let (head, body) = text.split_once("\n\n").unwrap();
        let headers: Vec<_> = head.lines().filter_map(|line| line.split_once(": ")).collect();
        match verify(&host, &delivery(&headers, body)).unwrap() {
            Verdict::Reply(_) => pings += 1,
            Verdict::Accepted(verified) => {
                assert!(!matches!(verified.events[..], [Event::Ignored(_)]), "{}", file.display());
                told += 1;
            }
            Verdict::Rejected(why) => panic!("{}: {why}", file.display()),
        }
    }
    assert!(pings >= 7 && told >= 40, "{pings} {told}");
}
