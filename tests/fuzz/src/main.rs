//! A long run of one target or of all: what `cargo xtask fuzz` starts.

use std::fs::{self, File};
use std::io::{Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use entrepot_fuzz::{Budget, Campaign, Failure, TARGETS, Target, driver, find, inputs, minimise};

#[derive(Parser)]
#[command(name = "cargo xtask fuzz", about = "Runs fuzz targets on mutated inputs")]
struct Options {
    /// Which one; all, one after the other, when none is named
    #[arg(value_parser = TARGETS.iter().map(|target| target.name).collect::<Vec<_>>())]
    target: Option<String>,
    /// How long each target runs
    #[arg(long, default_value_t = 3.0)]
    minutes: f64,
    /// Where chance begins; one is taken and printed when none is given
    #[arg(long)]
    seed: Option<u64>,
    /// Run this one input instead, as a failure named it
    #[arg(long, value_name = "FILE", requires = "target")]
    replay: Option<PathBuf>,
    /// Write each input to a file before it is run: what is left there after a crash did it
    #[arg(long)]
    careful: bool,
    /// The folder for failing inputs
    #[arg(long, value_name = "DIR", default_value = "target/fuzz/failures")]
    failures: PathBuf,
}

fn main() -> Result<ExitCode> {
    let options = Options::parse();
    let targets: Vec<&Target> = match &options.target {
        Some(name) => find(name).into_iter().collect(),
        None => TARGETS.iter().collect(),
    };
    fs::create_dir_all(&options.failures).with_context(|| options.failures.display().to_string())?;
    let mut good = true;
    for target in targets {
        good &= match &options.replay {
            Some(file) => replay(target, file)?,
            None => campaign(target, &options)?,
        };
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn replay(target: &Target, file: &Path) -> Result<bool> {
    let outcome = driver::attempt(target, &inputs::read(file)?);
    match &outcome {
        Ok(_) => println!("{}: {} holds", target.name, file.display()),
        Err(why) => println!("{}: {}: {why}", target.name, file.display()),
    }
    Ok(outcome.is_ok())
}

fn campaign(target: &Target, options: &Options) -> Result<bool> {
    let seed = options.seed.unwrap_or_else(rand::random);
    println!("{}: seed {seed}, {} minutes", target.name, options.minutes);
    let last = options.failures.join(format!("{}-last", target.name));
    // Open all the while: file systems wait for the disk when a file is replaced and closed.
    let last = options.careful.then(|| File::create(&last).with_context(|| last.display().to_string())).transpose()?;
    let before = |input: &[u8]| {
        if let Some(mut file) = last.as_ref() {
            let kept =
                file.rewind().and_then(|()| file.write_all(input)).and_then(|()| file.set_len(input.len() as u64));
            if let Err(error) = kept {
                eprintln!("the input cannot be written down before it is run: {error}");
            }
        }
    };
    let budget = Budget::Time(Duration::from_secs_f64(options.minutes.clamp(0.0, 1e6) * 60.0));
    match Campaign::new(target, seed).run(inputs::of(target)?, budget, before) {
        Ok(report) => {
            let rate = report.runs as f64 / report.elapsed.as_secs_f64().max(0.001);
            println!(
                "{}: {} runs, {rate:.0} a second, {} outcomes, nothing found",
                target.name, report.runs, report.outcomes
            );
            Ok(true)
        }
        Err(failure) => {
            show(target, &failure, &options.failures)?;
            Ok(false)
        }
    }
}

fn show(target: &Target, failure: &Failure, folder: &Path) -> Result<()> {
    let path = failure.save(target, folder)?;
    println!("{}: {}", target.name, failure.why);
    println!("  the input: {}", path.display());
    // Quietly: it fails again and again on purpose.
    std::panic::set_hook(Box::new(|_| {}));
    let small = minimise::minimise(&failure.input, 20_000, |input| driver::attempt(target, input).is_err());
    let _ = std::panic::take_hook();
    let smaller = path.with_extension("min");
    fs::write(&smaller, &small).with_context(|| smaller.display().to_string())?;
    println!("  the same, smaller: {} ({:?})", smaller.display(), String::from_utf8_lossy(&small));
    if let Err(why) = driver::attempt(target, &small) {
        println!("  which says: {why}");
    }
    println!("  again: cargo xtask fuzz {} --replay {}", target.name, smaller.display());
    println!("  once it is mended, the smaller one belongs into tests/fuzz/regressions/{}/", target.name);
    Ok(())
}
