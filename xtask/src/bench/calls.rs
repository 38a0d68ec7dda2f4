//! What one call of an adapter costs, and what making an adapter takes.

use std::fs;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::host::Simulator;
use crate::process::{Profile, output, program, root, run};

#[derive(Deserialize)]
struct Report {
    component: String,
    bytes: u64,
    compile_seconds: f64,
    calls: Vec<Call>,
    scrub: Vec<Scrub>,
}

/// Searching answers for secrets.
#[derive(Deserialize)]
struct Scrub {
    secrets: String,
    made_ms: f64,
    page_ns: f64,
    repeated_ns: f64,
}

#[derive(Deserialize)]
struct Call {
    call: String,
    p50_us: f64,
    p99_us: f64,
    native_p50_us: Option<f64>,
    native_p99_us: Option<f64>,
}

pub(super) fn show() -> Result<()> {
    let simulator = Simulator::start(Profile::Release, "woocommerce", 200, Some(0.0), None)?;
    let shop = &simulator.shop;
    let mut bench = Command::new(program("entrepot-bench", Profile::Release));
    bench.current_dir(root()).args(["calls", "--component", "target/adapters/woocommerce.wasm"]);
    bench.args([
        "--base-url",
        &shop.base_url,
        "--key",
        shop.secret("consumer_key"),
        "--secret",
        shop.secret("consumer_secret"),
    ]);
    let report: Report = serde_json::from_str(&output(&mut bench)?).context("`entrepot-bench calls`")?;
    let (kib, compiled) = (report.bytes / 1024, report.compile_seconds);
    println!("\n{}: {kib} KiB, compiled once in {compiled:.1} s", report.component);
    println!(
        "{:<34} {:>10} {:>10} {:>12} {:>12} {:>7}",
        "a call, microseconds", "p50", "p99", "native p50", "native p99", "x p50"
    );
    for Call { call, p50_us, p99_us, native_p50_us, native_p99_us } in report.calls {
        let number = |value: Option<f64>| value.map_or_else(|| "-".into(), |value| format!("{value:.1}"));
        let ratio = native_p50_us.map(|native| p50_us / native);
        let ratio = ratio.map_or_else(|| "-".into(), |ratio| format!("{ratio:.2}"));
        let (native, slowest) = (number(native_p50_us), number(native_p99_us));
        println!("{call:<34} {p50_us:>10.1} {p99_us:>10.1} {native:>12} {slowest:>12} {ratio:>7}");
    }
    println!("\n{:<34} {:>10} {:>10} {:>12}", "secrets searched for", "made, ms", "page ns/B", "worst ns/B");
    for Scrub { secrets, made_ms, page_ns, repeated_ns } in report.scrub {
        println!("{secrets:<34} {made_ms:>10.1} {page_ns:>10.1} {repeated_ns:>12.1}");
    }
    template()
}

/// From `cargo adapter new` to a component, first from nothing and then after a change.
fn template() -> Result<()> {
    // Outside of the repository, as its authors are: inside, it would become a member of this workspace.
    let folder = std::env::temp_dir().join(format!("entrepot-bench-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let cargo_adapter = || {
        let mut command = Command::new(program("cargo-adapter", Profile::Release));
        command.env_remove("ENTREPOT_GUEST_TARGET_DIR").arg("adapter");
        command
    };
    let sdk = root().join("sdk/guest");
    run(cargo_adapter().current_dir(&folder).args(["new", "bench-shop", "--sdk"]).arg(sdk))?;
    let crate_folder = folder.join("bench-shop");
    let mut times = Vec::new();
    for _ in 0..2 {
        let begun = Instant::now();
        let built = cargo_adapter().current_dir(&crate_folder).arg("build").output()?;
        ensure!(built.status.success(), "the template cannot be built: {}", String::from_utf8_lossy(&built.stderr));
        times.push(begun.elapsed().as_secs_f64());
        let source = crate_folder.join("src/map.rs");
        let text = fs::read_to_string(&source)?;
        fs::write(&source, format!("{text}\n"))?;
    }
    let component = crate_folder.join("target/adapters/bench-shop.wasm");
    let kib = fs::metadata(&component).with_context(|| component.display().to_string())?.len() / 1024;
    println!(
        "a new adapter from the template: built in {:.1} s, again after a change in {:.1} s, {kib} KiB",
        times[0], times[1]
    );
    fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())
}
