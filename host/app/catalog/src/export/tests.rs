use serde_json::json;

use super::*;

#[test]
fn no_cell_is_a_formula() {
    for text in [
        "=1+1",
        "=HYPERLINK(\"http://x.example\")",
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "--5",
        "-",
        "-5.",
        "-.5e3",
        "+49 30 1234",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "\u{a0}=1",
        "\u{ff1d}1",
    ] {
        assert_eq!(inert(text.to_owned()), format!("'{text}"));
    }
    for text in ["", "-5", "-5.00", "19.99", "Mug", "a=1", "'=1", "a@b.example", " x"] {
        assert_eq!(inert(text.to_owned()), text);
    }
}

#[test]
fn tables_on_a_terminal_do_not_steer_it_and_files_have_what_is_there() {
    let product = json!({"source_id": "7", "title": "=1+1 \u{1b}[2J\u{9b}2J", "description_html": null, "summary_html": null,
        "status": "draft", "url": null, "handle": null, "brand": null, "product_type": null, "tags": [], "options": [],
        "variants": [], "media": [], "collections": [], "attributes": [], "seo": null, "created_at": null, "updated_at": null,
        "warnings": [], "extras": {}});
    let product: Product = serde_json::from_value(product).unwrap();
    let written = |to_people| row(&product, None).map(|text| cell(text, to_people))[1].clone();
    assert_eq!(written(false), "'=1+1 \u{1b}[2J\u{9b}2J");
    assert_eq!(written(true), "'=1+1 \u{fffd}[2J\u{fffd}2J");
    let line = inert_json(serde_json::to_string(&product).unwrap());
    assert!(line.contains("\\u001b[2J\\u009b2J"), "{line}");
    assert_eq!(serde_json::from_str::<Product>(&line).unwrap(), product);
}

#[test]
fn a_product_without_variants_is_a_line_too() {
    let product = json!({"source_id": "7", "title": "Mug", "description_html": null, "summary_html": null, "status": "draft",
        "url": null, "handle": null, "brand": "Acme", "product_type": null, "tags": [], "options": [], "variants": [],
        "media": [], "collections": [], "attributes": [], "seo": null, "created_at": null, "updated_at": null, "warnings": [],
        "extras": {}});
    let product: Product = serde_json::from_value(product).unwrap();
    let row = row(&product, None);
    assert_eq!(
        (&row[..4], &row[5..]),
        (&["7", "Mug", "draft", "Acme"].map(String::from)[..], &[""; 8].map(String::from)[..])
    );
}
