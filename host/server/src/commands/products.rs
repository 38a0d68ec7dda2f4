//! `entrepot products export C`

use std::io::{IsTerminal, Write};

use anyhow::Result;
use entrepot_domain::ChannelId;
use entrepot_domain::catalog::{Inventory, Product, Variant};
use entrepot_store::products::StoredProduct;

use crate::cli::{ExportFormat, ProductsCommand};
use crate::host::Host;
use crate::output::{json_line, printable};

const AT_ONCE: i64 = 500;
const COLUMNS: [&str; 13] = [
    "source_id",
    "title",
    "status",
    "brand",
    "url",
    "variant_source_id",
    "sku",
    "gtin",
    "option_values",
    "price",
    "currency",
    "available",
    "enabled",
];

pub(crate) async fn run(host: &Host, command: ProductsCommand) -> Result<()> {
    let ProductsCommand::Export { channel, format } = command;
    let channel = ChannelId::from(host.app.channels.channel(&host.tenant, &channel).await?.id);
    let scoped = host.db.tenant(&host.tenant);
    let stdout = std::io::stdout();
    let to_people = stdout.is_terminal();
    let out = std::io::BufWriter::new(stdout.lock());
    let mut writer = match format {
        ExportFormat::Jsonl => Writer::Jsonl(out),
        ExportFormat::Csv => Writer::Csv { csv: Box::new(csv::Writer::from_writer(out)), to_people },
    };
    let written = async {
        writer.head()?;
        let mut after = String::new();
        loop {
            let products = scoped.products_of(&channel, &after, AT_ONCE).await?;
            let Some(last) = products.last() else { return writer.flush() };
            after.clone_from(&last.product.source_id);
            for product in &products {
                writer.write(product)?;
            }
        }
    };
    match written.await {
        // `| head` has seen enough.
        Err(error) if is_broken_pipe(&error) => Ok(()),
        outcome => outcome,
    }
}

enum Writer<W: Write> {
    Jsonl(W),
    /// `to_people`: it goes to a terminal, which what is written could steer.
    Csv {
        csv: Box<csv::Writer<W>>,
        to_people: bool,
    },
}

impl<W: Write> Writer<W> {
    fn head(&mut self) -> Result<()> {
        if let Self::Csv { csv, .. } = self {
            csv.write_record(COLUMNS)?;
        }
        Ok(())
    }

    fn write(&mut self, stored: &StoredProduct) -> Result<()> {
        match self {
            Self::Jsonl(out) => {
                writeln!(out, "{}", json_line(&stored.product)?)?;
            }
            Self::Csv { csv, to_people } => {
                let product = &stored.product;
                let cell = |text| cell(text, *to_people);
                // What has nothing to buy is a product all the same.
                if product.variants.is_empty() {
                    csv.write_record(row(product, None).map(cell))?;
                }
                for variant in &product.variants {
                    csv.write_record(row(product, Some(variant)).map(cell))?;
                }
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        match self {
            Self::Jsonl(out) => out.flush()?,
            Self::Csv { csv, .. } => csv.flush()?,
        }
        Ok(())
    }
}

/// One line of a table: a product, and a variant where it has any.
fn row(product: &Product, variant: Option<&Variant>) -> [String; COLUMNS.len()] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let available = |variant: &Variant| match &variant.inventory {
        Inventory::Untracked(true) => "in stock".to_owned(),
        Inventory::Untracked(false) => "out of stock".to_owned(),
        Inventory::Tracked(levels) => levels.iter().map(|level| level.available).sum::<i64>().to_string(),
    };
    // "19.99 USD": the amount without its currency, which has a column of its own.
    let price = variant.and_then(|variant| variant.price.as_ref()).map(ToString::to_string).unwrap_or_default();
    let of = |read: &dyn Fn(&Variant) -> String| variant.map(read).unwrap_or_default();
    [
        product.source_id.clone(),
        product.title.clone(),
        product.status.as_str().to_owned(),
        text(&product.brand),
        text(&product.url),
        of(&|variant| variant.source_id.clone()),
        of(&|variant| text(&variant.sku)),
        of(&|variant| text(&variant.gtin)),
        of(&|variant| variant.option_values.join(" / ")),
        price.split(' ').next().unwrap_or_default().to_owned(),
        of(&|variant| variant.currency().unwrap_or_default().to_owned()),
        of(&available),
        of(&|variant| variant.enabled.to_string()),
    ]
}

fn cell(text: String, to_people: bool) -> String {
    let text = inert(text);
    if to_people { printable(&text) } else { text }
}

/// A cell that no spreadsheet takes for a formula: an apostrophe before it makes it text. Numbers stay what they are. Blanks before the
/// sign, and signs of full width, are read over by some programs.
fn inert(mut cell: String) -> String {
    let control = cell.starts_with(['\t', '\r', '\n']);
    let sign = cell.trim_start().starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    if (control || sign) && !is_number(&cell) {
        cell.insert(0, '\'');
    }
    cell
}

/// `-5` or `-5.00`, and nothing that reckons.
fn is_number(cell: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let amount = cell.strip_prefix('-').unwrap_or(cell);
    amount.split_once('.').map_or_else(|| digits(amount), |(whole, rest)| digits(whole) && digits(rest))
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        let json = cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
        io.or(json) == Some(std::io::ErrorKind::BrokenPipe)
    })
}

#[cfg(test)]
mod tests {
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
        let line = json_line(&product).unwrap();
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
}
