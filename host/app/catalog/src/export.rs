//! A channel's catalogue as lines of JSON or as a table, page by page.

use entrepot_core::AppError;
use entrepot_domain::ChannelId;
use entrepot_domain::catalog::{Inventory, Product, Variant};
use entrepot_domain::names::{inert_json, shown};
use entrepot_store::Scoped;
use entrepot_store::products::StoredProduct;

/// Products of a page.
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

/// How products are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// A product a line, as JSON.
    Jsonl,
    /// A variant a line, with a head.
    Csv,
}

/// One export, as far as it is. Products come in the order of their source ids; what changes meanwhile behind the last page is seen.
pub struct Export {
    products: Scoped,
    channel: ChannelId,
    format: ExportFormat,
    /// It goes to a terminal, which what is written could steer.
    to_people: bool,
    begun: bool,
    /// The source id of the last product; `None`: that was all.
    after: Option<String>,
}

impl Export {
    pub fn new(products: Scoped, channel: ChannelId, format: ExportFormat, to_people: bool) -> Self {
        Self { products, channel, format, to_people, begun: false, after: Some(String::new()) }
    }

    /// The next part, in UTF-8; `None`: there is no more.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, AppError> {
        let mut written = Vec::new();
        if !std::mem::replace(&mut self.begun, true) && self.format == ExportFormat::Csv {
            csv_line(&mut written, COLUMNS.map(String::from))?;
        }
        let Some(after) = self.after.take() else { return Ok(None) };
        let products = self.products.products_of(&self.channel, &after, AT_ONCE).await?;
        self.after = products.last().map(|last| last.product.source_id.clone());
        for stored in &products {
            self.write(stored, &mut written)?;
        }
        Ok((self.after.is_some() || !written.is_empty()).then_some(written))
    }

    fn write(&self, stored: &StoredProduct, written: &mut Vec<u8>) -> Result<(), AppError> {
        let product = &stored.product;
        if self.format == ExportFormat::Jsonl {
            let line = serde_json::to_string(product).map_err(|why| AppError::Unreadable(why.to_string()))?;
            written.extend_from_slice(inert_json(line).as_bytes());
            written.push(b'\n');
            return Ok(());
        }
        let line = |variant| row(product, variant).map(|text| cell(text, self.to_people));
        // What has nothing to buy is a product all the same.
        if product.variants.is_empty() {
            csv_line(written, line(None))?;
        }
        for variant in &product.variants {
            csv_line(written, line(Some(variant)))?;
        }
        Ok(())
    }
}

fn csv_line(written: &mut Vec<u8>, cells: [String; COLUMNS.len()]) -> Result<(), AppError> {
    let mut writer = csv::Writer::from_writer(written);
    let done = writer.write_record(cells).and_then(|()| Ok(writer.flush()?));
    done.map_err(|why| AppError::Unreadable(why.to_string()))
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
    if to_people { text.chars().map(|c| if matches!(c, '\n' | '\t') { c } else { shown(c) }).collect() } else { text }
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

#[cfg(test)]
mod tests;
