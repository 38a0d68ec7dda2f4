//! A shop that hands out everything as one file: what the host holds of it at a time.

use std::fs;

use anyhow::{Context, Result, ensure};

use super::{Line, measure};
use crate::host::{Host, Report, Simulator};
use crate::process::{Profile, root};

const FOLDER: &str = "target/bench/bulk";

pub(super) fn show(products: u64) -> Result<()> {
    let data = root().join(FOLDER);
    if data.exists() {
        fs::remove_dir_all(&data).context(FOLDER)?;
    }
    fs::create_dir_all(&data)?;
    let authority = data.join("authority.pem");
    let simulator = Simulator::start(Profile::Release, "shopify", products, None, Some(&authority))?;
    let mut host = Host::new(Profile::Release, FOLDER, &format!("sqlite://{FOLDER}/entrepot.db"));
    host.env.push(("ENTREPOT_EGRESS_CA_FILE".into(), authority.display().to_string()));
    host.connect("bulk", &simulator.shop)?;
    let mut import = host.command();
    import.args(["import", "bulk", "--full", "--wait", "--json"]);
    let measure = measure(&mut import)?;
    let report = Report::parse(&measure.printed)?;
    ensure!(measure.ok, "the bulk import is {}: {}", report.state, report.failure.unwrap_or_default());
    let records = u64::try_from(report.fetched).unwrap_or(0);
    let what = format!("{products} Shopify, one bulk file");
    super::show(&Line { what, records, measure, spent: Some(report.spent_us) }, None);
    Ok(())
}
