//! `entrepot products export C`

use std::io::Write;

use anyhow::Result;
use entrepot_domain::ChannelId;
use entrepot_domain::catalog::Inventory;
use entrepot_store::products::StoredProduct;

use crate::cli::{ExportFormat, ProductsCommand};
use crate::host::Host;

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
    let channel = ChannelId::from(host.sync.channel(&host.tenant, &channel).await?.id);
    let scoped = host.db.tenant(&host.tenant);
    let out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut writer = match format {
        ExportFormat::Jsonl => Writer::Jsonl(out),
        ExportFormat::Csv => Writer::Csv(Box::new(csv::Writer::from_writer(out))),
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
    Csv(Box<csv::Writer<W>>),
}

impl<W: Write> Writer<W> {
    fn head(&mut self) -> Result<()> {
        if let Self::Csv(csv) = self {
            csv.write_record(COLUMNS)?;
        }
        Ok(())
    }

    fn write(&mut self, stored: &StoredProduct) -> Result<()> {
        match self {
            Self::Jsonl(out) => {
                serde_json::to_writer(&mut *out, &stored.product)?;
                out.write_all(b"\n")?;
            }
            Self::Csv(csv) => {
                let p = &stored.product;
                for v in &p.variants {
                    let available = match &v.inventory {
                        Inventory::Untracked(in_stock) => {
                            if *in_stock { "in stock" } else { "out of stock" }.to_owned()
                        }
                        Inventory::Tracked(levels) => {
                            levels.iter().map(|level| level.available).sum::<i64>().to_string()
                        }
                    };
                    // "19.99 USD": the amount without its currency, which has a column of its own.
                    let price = v.price.as_ref().map(ToString::to_string).unwrap_or_default();
                    let price = price.split(' ').next().unwrap_or_default();
                    let empty = String::new();
                    csv.write_record([
                        p.source_id.as_str(),
                        &p.title,
                        p.status.as_str(),
                        p.brand.as_ref().unwrap_or(&empty),
                        p.url.as_ref().unwrap_or(&empty),
                        &v.source_id,
                        v.sku.as_ref().unwrap_or(&empty),
                        v.gtin.as_ref().unwrap_or(&empty),
                        &v.option_values.join(" / "),
                        price,
                        v.currency().unwrap_or_default(),
                        &available,
                        if v.enabled { "true" } else { "false" },
                    ])?;
                }
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        match self {
            Self::Jsonl(out) => out.flush()?,
            Self::Csv(csv) => csv.flush()?,
        }
        Ok(())
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        let json = cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
        io.or(json) == Some(std::io::ErrorKind::BrokenPipe)
    })
}
