//! Pictures: which are ours, in which order they are, and which one shows a variant.

use entrepot_test_support::bigcommerce::Store;
use entrepot_tests::{App, both_engines};
use serde_json::{Value, json};

use super::{Seller, ids, plain, with_options};

fn named(names: &[&str]) -> Value {
    json!({ "images": names.iter().map(|name| format!("https://p.example/{name}.jpg")).collect::<Vec<_>>() })
}

/// Names of the files, in the order of the page; the main picture's first.
fn shown(product: &Value) -> (String, Vec<String>) {
    let name = |image: &Value| {
        let file = image["image_file"].as_str().expect("a file").rsplit('/').next().expect("a name");
        file.split("__").next().unwrap_or(file).to_owned()
    };
    let mut images = product["images"].as_array().expect("images").clone();
    images.sort_by_key(|image| image["sort_order"].as_i64());
    let main: Vec<String> = images.iter().filter(|image| image["is_thumbnail"] == true).map(name).collect();
    (main.join(","), images.iter().map(name).collect())
}

/// A picture is sent once: the store keeps a copy of its own, which says nothing of where it came from.
#[both_engines]
async fn pictures_are_sent_once_and_go_when_they_are_gone(app: App) {
    let seller = Seller::to_bigcommerce(app, &plain(1), Store::empty()).await;
    let listings = seller.list_all().await;
    seller.set(&listings[0], named(&["a", "b"])).await;
    seller.push().await;
    let before = ids(&seller.there(&listings[0]).await, "images");
    assert_eq!(before.len(), 2);
    seller.set(&listings[0], named(&["a", "c"])).await;
    let after = ids(&seller.there(&listings[0]).await, "images");
    assert_eq!((after.len(), after.contains(&before[0]), after.contains(&before[1])), (2, true, false));
    assert_eq!(seller.writes("/images"), 2, "one was sent, one deleted");
    seller.assert_each_stands(1).await;
}

/// Somebody's own picture, without words as ours are, at the place where ours is to be: it is not taken for ours, and does not go with ours.
#[both_engines]
async fn a_picture_of_somebody_else_is_not_taken_for_ours(app: App) {
    let seller = Seller::to_bigcommerce(app, &plain(1), Store::empty()).await;
    let listings = seller.list_all().await;
    seller.set(&listings[0], named(&["a"])).await;
    seller.push().await;
    let id = seller.id_there(&listings[0]).await;
    seller.target.change(id, |product| {
        let mut picture = product["images"][0].clone();
        (picture["id"], picture["sort_order"], picture["is_thumbnail"]) = (json!(77_001), json!(1), json!(false));
        (picture["image_file"], picture["url_standard"]) =
            (json!("k/001/theirs__77001.jpg"), json!("https://cdn11.example/theirs__77001.1.560.850.jpg"));
        product["images"].as_array_mut().expect("images").push(picture);
    });
    seller.ours_counts().await;
    seller.set(&listings[0], named(&["a", "b"])).await;
    let (_, names) = shown(&seller.there(&listings[0]).await);
    assert!(names.len() == 3 && ["a", "b", "theirs"].iter().all(|name| names.iter().any(|of| of == name)), "{names:?}");
    seller.set(&listings[0], named(&["a"])).await;
    let (_, mut names) = shown(&seller.there(&listings[0]).await);
    names.sort();
    assert_eq!(names, ["a", "theirs"]);
}

/// Their order and the main picture are those of the product, and nothing is sent twice for it.
#[both_engines]
async fn the_order_of_pictures_is_kept(app: App) {
    let seller = Seller::to_bigcommerce(app, &plain(1), Store::empty()).await;
    let listings = seller.list_all().await;
    seller.set(&listings[0], named(&["a", "b", "c"])).await;
    seller.push().await;
    let before = ids(&seller.there(&listings[0]).await, "images");
    let orders: [&[&str]; 4] = [&["c", "a", "b"], &["b", "a", "c"], &["d", "b", "a", "c"], &["a", "c", "d"]];
    for order in orders {
        seller.set(&listings[0], named(order)).await;
        seller.assert_each_stands(1).await;
        let there = seller.there(&listings[0]).await;
        assert_eq!(shown(&there), (order[0].to_owned(), order.iter().map(|name| (*name).to_owned()).collect()));
    }
    let after = ids(&seller.there(&listings[0]).await, "images");
    assert!(after.contains(&before[0]) && after.contains(&before[2]), "{before:?} {after:?}");
}

/// A variant has no picture of its own any more. One that somebody gave it in the store stays.
#[both_engines]
async fn a_variants_picture_goes_when_it_is_gone(app: App) {
    let seller = Seller::to_bigcommerce(app, &with_options(1), Store::empty()).await;
    let listings = seller.list_all().await;
    seller.push().await;
    let pictures = |of: &Value| {
        let variants = of["variants"].as_array().expect("variants").iter();
        variants.map(|variant| variant["image_url"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let there = pictures(&seller.there(&listings[0]).await);
    assert!(there.iter().all(|picture| !picture.is_empty()), "{there:?}");
    // Pictures of the listing alone, which are of no variant.
    seller.set(&listings[0], named(&["a"])).await;
    let there = pictures(&seller.there(&listings[0]).await);
    assert!(there.iter().all(String::is_empty), "{there:?}");
    let id = seller.id_there(&listings[0]).await;
    seller.target.change(id, |product| product["variants"][1]["image_url"] = json!("https://cdn8.example/theirs.jpg"));
    seller.ours_counts().await;
    seller.set(&listings[0], named(&["a", "b"])).await;
    let there = pictures(&seller.there(&listings[0]).await);
    assert_eq!((there[0].as_str(), there[1].as_str()), ("", "https://cdn8.example/theirs.jpg"));
    seller.assert_each_stands(1).await;
}
