//! A shop that bears so many requests a second: how near to that it is read.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::host::{Host, Report, Simulator};
use crate::process::{Profile, output, root};

const FOLDER: &str = "target/bench/pace";
/// What shops bear. Shared hosting is at the lower end, marketplaces are at the upper.
const PER_SECOND: [u64; 3] = [5, 20, 50];
/// For so long there is something to ask.
const SECONDS: u64 = 30;

pub(super) fn show() -> Result<()> {
    println!(
        "\n{:<34} {:>9} {:>9} {:>9} {:>9} {:>8}",
        "a shop that bears a second", "requests", "refused", "seconds", "a second", "share"
    );
    for bears in PER_SECOND {
        let folder = format!("{FOLDER}/{bears}");
        let data = root().join(&folder);
        if data.exists() {
            fs::remove_dir_all(&data).with_context(|| folder.clone())?;
        }
        fs::create_dir_all(&data)?;
        // A request for the variations of each product.
        let options = ["--bears", &bears.to_string()];
        let simulator =
            Simulator::start_with(Profile::Release, "woocommerce", bears * SECONDS, Some(1.0), None, &options)?;
        let mut host = Host::new(Profile::Release, &folder, &format!("sqlite://{folder}/entrepot.db"));
        host.env.push(("ENTREPOT_LOG".into(), "error".into()));
        host.connect("pace", &simulator.shop)?;
        let printed = output(host.command().args(["import", "pace", "--full", "--wait", "--json"]))?;
        let report = Report::parse(&printed)?;
        ensure!(report.state == "completed", "the import is {}: {}", report.state, report.failure.unwrap_or_default());
        let answered = (report.requests - report.rate_limited) as f64 / report.seconds.max(0.001);
        println!(
            "{bears:<34} {:>9} {:>9} {:>9.1} {answered:>9.1} {:>7.0}%",
            report.requests,
            report.rate_limited,
            report.seconds,
            100.0 * answered / bears as f64
        );
    }
    Ok(())
}
