//! Deliveries: signed, and posted somewhere.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use entrepot_test_support::etsy::{Delivery, Store, send};
use serde_json::Value;

use super::document::specification;

#[test]
fn signatures_are_those_of_the_vectors() {
    let Some(vectors) = specification("vectors/webhook-signature.json") else { return };
    let secret = vectors["secret"].as_str().unwrap();
    assert_eq!(secret, Store::empty().credentials().webhook_secret);
    for case in vectors["cases"].as_array().unwrap().iter().filter(|case| case["expect"] == "accept") {
        let header = |name: &str| case["headers"][name].as_str().unwrap();
        let timestamp = header("webhook-timestamp").parse().unwrap();
        let body = case["body"].as_str().unwrap().as_bytes().to_vec();
        let signed = Delivery::signed(secret, header("webhook-id"), timestamp, body);
        let signature = &signed.headers.iter().find(|(name, _)| name == "webhook-signature").unwrap().1;
        assert!(header("webhook-signature").split(' ').any(|one| one == signature), "{}", case["name"]);
    }
}

#[test]
fn events_are_posted_as_often_and_in_the_order_one_likes() {
    let store = Store::empty();
    store.configure(|options| options.now = Some(1_800_000_000));
    store.order_event("order.paid", 234_567_890);
    store.order_event("order.shipped", 234_567_890);
    let deliveries = store.deliveries();
    let bodies: Vec<Value> = deliveries.iter().map(|one| serde_json::from_slice(&one.body).unwrap()).collect();
    assert_eq!((&bodies[0]["shop_id"], &bodies[1]["shop_id"]), (&"44400001".into(), &44_400_001.into()));
    assert_eq!(bodies[1]["resource_url"], "https://api.etsy.com/v3/application/shops/44400001/receipts/234567890");

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hooks/1", listener.local_addr().unwrap());
    let endpoint = thread::spawn(move || {
        let mut seen = Vec::new();
        for stream in listener.incoming().take(3) {
            let (mut stream, mut text, mut piece) = (stream.unwrap(), String::new(), [0; 4096]);
            while !text.contains("}") {
                let count = stream.read(&mut piece).unwrap();
                text.push_str(&String::from_utf8_lossy(&piece[..count]));
            }
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
            seen.push(text);
        }
        seen
    });
    for delivery in [&deliveries[1], &deliveries[0], &deliveries[0]] {
        assert_eq!(send(delivery, &url).unwrap(), 204);
    }
    let seen = endpoint.join().unwrap();
    assert!(seen[0].starts_with("POST /hooks/1 HTTP/1.1\r\n") && seen[0].contains("webhook-id: msg_etsysim000002"));
    assert_eq!(seen[1], seen[2]);
}
