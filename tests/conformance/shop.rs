//! A shop that was recorded, with what it sells and tells, for adapters that do one thing wrong.

pub(crate) const RECORDING: &str = r#"
> GET https://shop.example/api/about
< 200
<
< {"name": "Example"}

> GET https://shop.example/api/products?page=1
< 200
<
< {"total": 3, "more": true, "products": [{"id": 1, "title": "Boots", "price": "1.15", "tags": ["warm", "new"]}, {"id": 2, "title": "Laces", "price": "19.90"}]}

> GET https://shop.example/api/products?page=2
< 200
<
< {"total": 3, "more": false, "products": [{"id": 3, "title": "Polish", "price": "7"}]}

> GET https://shop.example/api/products?ids=1,2,3,999999999999
< 200
<
< {"total": 3, "more": false, "products": [{"id": 1, "title": "Boots", "price": "1.15", "tags": ["warm", "new"]}, {"id": 2, "title": "Laces", "price": "19.90"}, {"id": 3, "title": "Polish", "price": "7"}]}

> GET https://shop.example/api/stock?page=1
< 200
<
< {"more": true, "levels": [{"id": 1, "available": 5}, {"id": 2, "available": -1}]}

> GET https://shop.example/api/stock?page=2
< 200
<
< {"more": false, "levels": [{"id": 3, "available": 0}]}

> GET https://shop.example/api/products?since=1760000000000&page=1
< 200
<
< {"more": true, "products": [{"id": 1, "title": "Boots", "price": "1.15"}], "gone": [7]}

> GET https://shop.example/api/products?since=1760000000000&page=2
< 200
<
< {"more": false, "products": [], "gone": [8]}

> GET https://shop.example/api/next
< 200
<
< {"total": 2, "more": true, "levels": [{"id": 1, "available": 5}], "products": [{"id": 1, "title": "Boots", "price": "1.15", "tags": ["warm", "new"]}]}

> GET https://shop.example/api/next
< 200
<
< {"total": 2, "more": false, "levels": [{"id": 2, "available": 4}], "products": [{"id": 2, "title": "Laces", "price": "19.90"}]}
"#;

/// The shop keeps what it is told to keep each time, under an id of its own.
pub(crate) const SHELF: &str = r#"
> GET https://pictures.example/boots.gif
< 200
<
< GIF89a of boots

> GET https://shop.example/api/listings?ref=lst_1
< 200
<
< {"ids": []}

> GET https://shop.example/api/listings?ref=lst_1
< 200
<
< {"ids": ["71"]}

> POST https://shop.example/api/listings
>
> {"ref": "lst_1", "title": "Boots"}
< 201
<
< {"id": "71"}

> POST https://shop.example/api/listings
>
> {"ref": "lst_1", "title": "Boots"}
< 201
<
< {"id": "72"}

> POST https://shop.example/api/listings/71
>
> {"ref": "lst_1", "title": "Boots"}
< 200
<
< {"id": "71"}

> POST https://shop.example/api/offers
>
> {"id": "71", "minor": 115}
< 204
<
<

> DELETE https://shop.example/api/listings/71
< 204
<
<

> DELETE https://shop.example/api/listings/71
< 404
<
<
"#;

/// As with listings: one more for each time it is asked.
pub(crate) const WEBHOOKS: &str = r#"
> GET https://shop.example/api/webhooks
< 200
<
< {"ids": []}

> GET https://shop.example/api/webhooks
< 200
<
< {"ids": ["31"]}

> POST https://shop.example/api/webhooks
>
> {"url": "https://host.example/hooks/chn_test"}
< 201
<
< {"id": "31"}

> POST https://shop.example/api/webhooks
>
> {"url": "https://host.example/hooks/chn_test"}
< 201
<
< {"id": "32"}

> DELETE https://shop.example/api/webhooks/31
< 204
<
<

> DELETE https://shop.example/api/webhooks/32
< 204
<
<
"#;

pub(crate) const BOOTS: &str = r#"{
"source_id": "1", "title": "Boots", "status": "active", "tags": [], "options": [], "collections": [], "attributes": [],
"media": [{"source_id": "m", "url": "https://pictures.example/boots.gif", "alt": null, "kind": "image", "position": 0}],
"warnings": [], "extras": {}, "variants": [{"source_id": "1", "option_values": [], "enabled": true,
"price": {"minor": 115, "currency": "EUR"}, "inventory": {"untracked": true}, "media_ids": [], "extras": {}}]}"#;

pub(crate) const GOODS: &str = r#"
[[listing]]
id = "lst_1"
product = "boots.json"
"#;

/// Signed with the secret.
pub(crate) const WEBHOOK: &str = r#"
[[webhook]]
headers = { x-signature = "qmONoO698UbirSUN/QIIQgh94kQWt6HGKnb2yqbvK7w=" }
body = '{"id": "1"}'
received_at = 1760000000000
"#;
