//! Addresses that people and browsers follow: of the web, or none.

use url::Url;

use super::{Issue, Product};

/// An address that may be shown and followed, as a browser would read it: blanks around it, and tabs and line breaks within, are read
/// over by browsers and hide nothing here. `None`: it is of another scheme (`javascript:`, `data:` …), or none at all.
pub fn web_address(text: &str) -> Option<String> {
    let plain = text.trim_matches(|c: char| c <= ' ').replace(['\t', '\n', '\r'], "");
    let url = Url::parse(&plain).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(plain)
}

/// Leaves out what is no address of the web, and says so. The address itself is not repeated: it may be a program.
pub(super) fn leave_out(product: &mut Product) {
    let Product { url, media, variants, warnings, .. } = product;
    if let Some(text) = url.take() {
        *url = web_address(&text);
        if url.is_none() {
            warnings.push(warning("/url", &text));
        }
    }
    let mut gone = Vec::new();
    let mut index = 0;
    media.retain_mut(|one| {
        let path = format!("/media/{index}/url");
        index += 1;
        match web_address(&one.url) {
            Some(address) => one.url = address,
            None => {
                warnings.push(warning(&path, &one.url));
                gone.extend(one.source_id.take());
                return false;
            }
        }
        true
    });
    if !gone.is_empty() {
        let known: Vec<&String> = media.iter().filter_map(|one| one.source_id.as_ref()).collect();
        gone.retain(|id| !known.contains(&id));
        for variant in variants {
            variant.media_ids.retain(|id| !gone.contains(id));
        }
    }
}

fn warning(path: &str, text: &str) -> Issue {
    let scheme = Url::parse(text).ok().map(|url| url.scheme().chars().take(20).collect::<String>());
    let why = match scheme.as_deref() {
        Some("http" | "https") | None => "it is no whole address of the web".to_owned(),
        Some(scheme) => format!("it begins with {scheme}:, and only http and https are kept"),
    };
    Issue::new(path, "address-left-out", format!("the address was left out: {why}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog::validate;

    const BAD: [&str; 16] = [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "  javascript:alert(1)",
        "java\tscript:alert(1)",
        "java\r\nscript:alert(1)",
        "\u{1}\u{1f}javascript:alert(1)",
        "javascript://shop.example/%0aalert(1)",
        "data:text/html;base64,PHNjcmlwdD4=",
        "vbscript:msgbox(1)",
        "blob:https://shop.example/1",
        "view-source:javascript:1",
        "file:///etc/passwd",
        "//shop.example/x",
        "/x.jpg",
        "https://",
        "",
    ];

    #[test]
    fn only_the_web_is_an_address() {
        for text in BAD {
            assert_eq!(web_address(text), None, "{text:?}");
        }
        for (text, want) in [
            ("https://shop.example/x?a=javascript:1", "https://shop.example/x?a=javascript:1"),
            (" HTTP://shop.example/Ä b\n", "HTTP://shop.example/Ä b"),
            ("ht\ttps://shop.example/x", "https://shop.example/x"),
        ] {
            assert_eq!(web_address(text).as_deref(), Some(want));
        }
    }

    #[test]
    fn what_is_no_address_is_left_out_and_the_product_is_kept() {
        let media =
            |id: &str, url: &str| json!({"source_id": id, "url": url, "alt": null, "kind": "image", "position": 0});
        let mut media: Vec<_> = BAD.iter().enumerate().map(|(at, url)| media(&at.to_string(), url)).collect();
        media.push(json!({"source_id": "good", "url": "https://shop.example/a.jpg", "alt": null, "kind": "image", "position": 0}));
        let variant = json!({"source_id": "1", "sku": null, "gtin": null, "mpn": null, "title": null, "option_values": [],
            "enabled": true, "price": {"minor": 1, "currency": "EUR"}, "compare_at": null, "sale": null, "cost": null, "weight": null,
            "dimensions": null, "taxable": null, "tax_class": null, "requires_shipping": null, "inventory": {"untracked": true},
            "media_ids": ["0", "good"], "extras": {}});
        let product = json!({"source_id": "1", "title": "Mug", "description_html": null, "summary_html": null, "status": "active",
            "url": "\u{9}javascript:alert(document.cookie)", "handle": null, "brand": null, "product_type": null, "tags": [],
            "options": [], "variants": [variant], "media": media, "collections": [], "attributes": [], "seo": null,
            "created_at": null, "updated_at": null, "warnings": [], "extras": {}});
        let mut product: Product = serde_json::from_value(product).expect("a product");
        assert_eq!(validate(&mut product), []);
        assert_eq!(product.url, None);
        assert_eq!(
            product.media.iter().map(|one| one.url.as_str()).collect::<Vec<_>>(),
            ["https://shop.example/a.jpg"]
        );
        assert_eq!(product.variants[0].media_ids, ["good"]);
        let said: Vec<_> = product.warnings.iter().filter(|warning| warning.code == "address-left-out").collect();
        assert_eq!(said.len(), BAD.len() + 1);
        assert_eq!(said[0].path, "/url");
        assert!(said[0].message.contains("javascript:") && !said[0].message.contains("cookie"), "{}", said[0].message);
    }
}
