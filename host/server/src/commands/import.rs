//! `entrepot import C`

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use entrepot_catalog::{RunReport, StartOptions, Started};
use entrepot_domain::run::{RunScope, RunState};
use serde_json::json;

use crate::cli::{ImportArgs, MassDeletion};
use crate::host::Host;
use crate::output::{Output, complain};
use crate::progress;

pub(crate) async fn run(host: &Host, arguments: ImportArgs, output: Output) -> Result<ExitCode> {
    let since = arguments.since.as_deref().map(|text| moment(text, host.db.clock().now())).transpose()?;
    let scope = match (arguments.stock, since) {
        (false, Some(since)) => host.app.imports.since_scope(&host.tenant, &arguments.channel, since).await?,
        (false, None) => RunScope::Full,
        (true, _) if arguments.full => RunScope::Stock(None),
        (true, _) => host.app.imports.stock_scope(&host.tenant, &arguments.channel).await?,
    };
    let allow_mass_deletion = match arguments.allow_mass_deletion {
        None => None,
        Some(MassDeletion::UpTo(number)) => Some(number),
        Some(MassDeletion::Shown) => Some(host.app.imports.shown_deletions(&host.tenant, &arguments.channel).await?),
    };
    let options = StartOptions { fresh: arguments.fresh, allow_mass_deletion };
    let started = host.app.imports.start_import(&host.tenant, &arguments.channel, scope, options).await?;
    if !arguments.wait {
        let document = json!({"run": started.run, "resumed": started.resumed});
        output.say(&document, || {
            let verb = if started.resumed { "goes on" } else { "is queued" };
            format!(
                "run {} {verb}; a running `entrepot serve` works on it. Look: entrepot run {}",
                started.run, started.run
            )
        })?;
        say_scope(&started, scope, options);
        return Ok(ExitCode::SUCCESS);
    }
    if started.cancelled {
        eprintln!("run {} was cancelled and is about to end; give the command again then", started.run);
    } else if started.under_way {
        eprintln!(
            "run {} of this channel is being worked on by another process; waiting for its end, and going on with it should that \
             process stop",
            started.run
        );
    } else if started.resumed {
        eprintln!("going on with run {} where it stopped", started.run);
    }
    say_scope(&started, scope, options);
    let report = carry(host, &started).await?;
    output.say(&report, || progress::in_words(&report, &arguments.channel))?;
    if report.state == RunState::Completed {
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(failure) = &report.failure {
        complain(format_args!("the import is {}: {failure}", report.state.as_str()));
    }
    Ok(ExitCode::FAILURE)
}

/// One run at a time over a channel: the run that is there may do something else than was asked for.
fn say_scope(started: &Started, asked: RunScope, options: StartOptions) {
    if started.joined && options.allow_mass_deletion.is_some() {
        eprintln!(
            "run {} was begun before, and --allow-mass-deletion does not count for it; give the command again when it is over",
            started.run
        );
    }
    if started.joined && options.fresh {
        eprintln!(
            "run {run} was begun before and is not over, so --fresh does not count for it; to begin again: entrepot cancel {run}, then give \
             the command again",
            run = started.run
        );
    }
    if started.scope == asked {
        return;
    }
    let what = match started.scope {
        RunScope::Full => "everything".to_owned(),
        RunScope::ChangedSince(since) => format!("what changed since {} (UTC)", crate::output::moment(since)),
        RunScope::Stock(_) => "stock alone".to_owned(),
    };
    eprintln!(
        "run {} imports {what}, which is not what was asked for; give the command again when it is over",
        started.run
    );
}

/// Works on this run and no other. Another process may do so, too, or may be the one that ends it.
async fn carry(host: &Host, started: &Started) -> Result<RunReport> {
    let work = async {
        match host.app.imports.carry(&host.tenant, &started.run).await {
            // The watcher tells.
            Ok(()) => std::future::pending().await,
            Err(error) => error,
        }
    };
    tokio::select! {
        report = progress::watch(host, &started.run) => report,
        error = work => Err(error).with_context(|| {
            format!("run {} stays where it is; give the same command again, and it goes on from there", started.run)
        }),
    }
}

/// An instant with its zone, or a day in UTC. Nothing changed after a moment that is still to come.
fn moment(text: &str, now: i64) -> Result<i64> {
    let instant = text.parse::<jiff::Timestamp>().or_else(|_| {
        text.parse::<jiff::civil::Date>()
            .and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC))
            .map(|zoned| zoned.timestamp())
    });
    let Ok(instant) = instant else {
        bail!("--since {text:?} is no moment: write it as 2026-11-20T09:00:00Z, or a day as 2026-11-20");
    };
    let instant = instant.as_millisecond();
    if instant > now {
        bail!(
            "--since {text:?} is still to come: it is {} (UTC) now; name a moment that has passed",
            crate::output::moment(now)
        );
    }
    Ok(instant)
}
