use super::*;

#[test]
fn what_runs_goes_and_what_is_read_stays() {
    let dirty = r#"<p onclick="x()">Good <b>boots</b><script>alert(1)</script></p><img src=x onerror=alert(1)><a href="javascript:x">l</a>"#;
    let clean = clean_html(dirty).unwrap();
    for bad in ["script", "onclick", "onerror", "javascript", "alert"] {
        assert!(!clean.contains(bad), "{clean}");
    }
    assert!(clean.contains("<p>Good <b>boots</b></p>"), "{clean}");
}

#[test]
fn links_lead_to_the_web_however_they_are_spelt() {
    for bad in [
        "javascript:alert(1)",
        " JaVaScRiPt:alert(1)",
        "java&#9;script:alert(1)",
        "java&#10;script:alert(1)",
        "&#1;javascript:alert(1)",
        "&#x6A;avascript&colon;alert(1)",
        "vbscript:x",
        "data:text/html,x",
        "data:image/svg+xml,x",
        "blob:x",
        "file:///x",
        "ftp://x.example/x",
        "ssh://x.example",
        "intent://x",
    ] {
        for (html, tag) in [(format!("<a href=\"{bad}\">l</a>"), "href"), (format!("<img src='{bad}'>"), "src")] {
            let clean = clean_html(&html).unwrap();
            assert!(!clean.contains(tag), "{html}: {clean}");
        }
    }
    for good in ["https://x.example/a?b=1", "http://x.example", "mailto:a@x.example", "tel:+491234", "/relative"] {
        let clean = clean_html(&format!("<a href=\"{good}\">l</a>")).unwrap();
        assert!(clean.contains(&format!("href=\"{good}\"")), "{clean}");
    }
}

#[test]
fn what_lies_beside_the_model_is_cleaned_too() {
    let dirty = "<b>x</b><img src=x onerror=alert(1)>";
    let mut extras =
        serde_json::json!({"description": dirty, "deep": [{"note": dirty}], "plain": "5 < 6 & 7 > 3", "n": 5});
    clean_json(&mut extras, ThreadTime::now());
    let text = extras.to_string();
    assert!(!text.contains("onerror") && text.matches("<b>x</b>").count() == 2, "{text}");
    assert_eq!((&extras["plain"], &extras["n"]), (&"5 < 6 & 7 > 3".into(), &5.into()));
    for (text, markup) in
        [("a <b", true), ("</p>", true), ("<!-- x", true), ("<3", false), ("a < b", false), ("<", false)]
    {
        assert_eq!(has_markup(text), markup, "{text}");
    }
}

#[test]
fn markup_is_found_however_json_writes_it() {
    let attribute = |value: &str| Attribute {
        namespace: "x".to_owned(),
        key: "y".to_owned(),
        kind: "json".to_owned(),
        value: value.to_owned(),
    };
    let mut product: Product = serde_json::from_value(serde_json::json!({
        "source_id": "1", "title": "Mug", "status": "active", "description_html": null, "summary_html": null, "tags": [],
        "options": [], "variants": [], "media": [], "collections": [], "attributes": [], "warnings": [],
        "extras": {"<img src=x onerror=alert(1)>": "<b>x</b>"},
    }))
    .unwrap();
    let plain = r#"{"size":"5 \u003c 6","name":"Gr\u00fcn"}"#;
    product.attributes = [
        r#"{"h":"\u003cimg src=x onerror=alert(1)\u003e\u003cscript\u003ealert(2)\u003c/script\u003e"}"#,
        r#"["\u003cimg src=x onerror=alert(1)>"]"#,
        r#"{"<img src=x onerror=alert(1)>":1}"#,
        plain,
    ]
    .map(attribute)
    .to_vec();
    let clean = cleaned(Box::new(product));
    for attribute in &clean.attributes[..3] {
        let read = serde_json::from_str::<Value>(&attribute.value).unwrap().to_string();
        assert!(!read.contains("onerror") && !read.contains("script"), "{read}");
    }
    assert_eq!(clean.attributes[3].value, plain, "what has no markup stays as it was written");
    assert!(!clean.extras.to_string().contains("onerror"), "{}", clean.extras);
}

#[test]
fn broken_markup_is_repaired_and_plain_text_untouched() {
    let clean = |html: &str| clean_html(html).unwrap();
    assert_eq!(clean("5 pieces, red"), "5 pieces, red");
    assert_eq!(clean("<p>a<b>b"), "<p>a<b>b</b></p>");
    let deep = clean(&"<div>".repeat(2_000));
    assert_eq!(deep.matches("<div>").count(), deep.matches("</div>").count());
    let long = format!("<p>{}</p>", "Grün ".repeat(2_000));
    assert_eq!(clean(&long), long, "a letter may lie between two portions");
}

/// Each of these took from seconds to more than a minute.
#[test]
fn html_that_takes_too_long_is_left_out() {
    let began = ThreadTime::now();
    let shapes = [
        "<div>".repeat(200_000),
        "<b><p>".repeat(200_000),
        "<a><b><i><u><p>".repeat(60_000),
        (0..100_000).map(|n| format!("<b x=\"{n}\"><p>")).collect(),
        format!("<a {}>", (0..200_000).map(|n| format!("x{n}=1 ")).collect::<String>()),
    ];
    let cleaned: Vec<_> = shapes.iter().map(|html| clean_html(html).is_some()).collect();
    let took = began.elapsed();
    assert!(!cleaned[0], "{cleaned:?}");
    assert!(took < (CPU_BUDGET * 3) * shapes.len() as u32, "{took:?} {cleaned:?}");
}

#[test]
fn texts_of_a_product_share_their_time() {
    let hard = "<div>".repeat(100_000);
    let attribute = |n: u32| serde_json::json!({"namespace": "x", "key": n.to_string(), "kind": "html", "value": hard});
    let mut product: Product = serde_json::from_value(serde_json::json!({
        "source_id": "1", "title": "Mug", "status": "active", "description_html": null, "summary_html": "<b>good</b>", "tags": [],
        "options": [], "variants": [], "media": [], "collections": [], "attributes": [], "warnings": [], "extras": {},
    }))
    .unwrap();
    product.attributes = (0..20).map(|n| serde_json::from_value(attribute(n)).unwrap()).collect();
    let began = ThreadTime::now();
    let clean = cleaned(Box::new(product));
    assert!(began.elapsed() < CPU_BUDGET_OF_PRODUCT * 3, "{:?}", began.elapsed());
    assert_eq!((clean.warnings.len(), clean.summary_html.as_deref()), (20, Some("<b>good</b>")));
}

#[tokio::test]
async fn what_is_left_out_is_said_and_the_rest_stays() {
    let product: Product = serde_json::from_value(serde_json::json!({
        "source_id": "1", "title": "Mug", "status": "active", "description_html": "<div>".repeat(200_000),
        "summary_html": "<b>good</b>", "tags": [], "options": [], "variants": [], "media": [], "collections": [],
        "attributes": [], "warnings": [], "extras": {},
    }))
    .unwrap();
    let clean = sanitise(Box::new(product)).await.unwrap();
    assert_eq!((clean.description_html.as_deref(), clean.summary_html.as_deref()), (None, Some("<b>good</b>")));
    assert_eq!((clean.warnings.len(), clean.warnings[0].code.as_str()), (1, "html-too-complex"));
}
