//! `entrepot import C`

use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use entrepot_domain::run::{RunScope, RunState};
use entrepot_queue::Queue;
use entrepot_sync::StartOptions;
use serde_json::json;

use crate::cli::ImportArgs;
use crate::host::Host;
use crate::output::{Output, write_line};
use crate::progress;

pub(crate) async fn run(host: &Host, arguments: ImportArgs, output: Output) -> Result<ExitCode> {
    let scope = match &arguments.since {
        Some(text) => RunScope::ChangedSince(moment(text)?),
        None => RunScope::Full,
    };
    let options = StartOptions { fresh: arguments.fresh, allow_mass_deletion: arguments.allow_mass_deletion };
    let started = host.sync.start_import(&host.tenant, &arguments.channel, scope, options).await?;
    if !arguments.wait {
        let document = json!({"run": started.run, "resumed": started.resumed});
        output.say(&document, || {
            let verb = if started.resumed { "goes on" } else { "is queued" };
            format!(
                "run {} {verb}; a running `entrepot serve` works on it. Look: entrepot run {}",
                started.run, started.run
            )
        })?;
        return Ok(ExitCode::SUCCESS);
    }
    if started.resumed {
        eprintln!("going on with run {} where it stopped", started.run);
    }
    let workers = Queue::work(&host.db, Arc::new(host.sync.clone()), 1)?;
    let report = progress::watch(host, &started.run).await?;
    workers.stop().await;
    // Scripts read the last line, whether or not they asked for JSON.
    if output.json || !std::io::stdout().is_terminal() {
        write_line(&serde_json::to_string(&report)?)?;
    } else {
        write_line(&progress::in_words(&report, &arguments.channel))?;
    }
    if report.state == RunState::Completed {
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(failure) = &report.failure {
        eprintln!("entrepot: the import is {}: {failure}", report.state.as_str());
    }
    Ok(ExitCode::FAILURE)
}

/// An instant with its zone, or a day in UTC.
fn moment(text: &str) -> Result<i64> {
    let instant = text.parse::<jiff::Timestamp>().or_else(|_| {
        text.parse::<jiff::civil::Date>()
            .and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC))
            .map(|zoned| zoned.timestamp())
    });
    let instant =
        instant.with_context(|| format!("--since {text:?}: use a moment such as 2026-11-20T09:00:00Z, or a day"))?;
    Ok(instant.as_millisecond())
}
