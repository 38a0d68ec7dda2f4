//! One file per command.

mod adapter;
mod api_key;
mod channel;
mod conflict;
mod connect;
mod dead_letters;
mod doctor;
mod import;
mod key;
mod link;
mod listing;
mod person;
mod plan;
mod products;
mod rule;
mod runs;
mod schedule;
mod serve;
mod stock;
mod tenant;
mod user;
mod webhooks;

use std::process::ExitCode;

use anyhow::Result;
use entrepot_config::Config;
use entrepot_domain::{Clock, with_causes};
use entrepot_sandbox::{ChildLimits, compile_child};
use entrepot_vault::KeyRing;

use crate::cli::{Cli, Command, KeyCommand};
use crate::host::{Host, Tables, open_database, own_program};
use crate::output::{Output, complain, write_line};

/// Runs a command; the exit code says how it ended.
pub fn run(cli: Cli) -> ExitCode {
    if let Command::CompileComponent { memory, seconds } = cli.command {
        // Before there is a thread, a file or a configuration: see `compile_child`.
        return compile_child(ChildLimits { memory, seconds });
    }
    // Whatever is made from here on is for this user alone: database, keys, spools, caches.
    nix::sys::stat::umask(nix::sys::stat::Mode::from_bits_truncate(0o077));
    let output = Output { json: cli.json };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    let outcome = runtime.block_on(dispatch(cli.command, cli.tenant, output));
    // What still hangs in a blocking call is not waited for.
    runtime.shutdown_background();
    match outcome {
        Ok(code) => code,
        Err(error) => failed(&error),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    complain(with_causes(error.as_ref()));
    ExitCode::FAILURE
}

async fn dispatch(command: Command, tenant: Option<String>, output: Output) -> Result<ExitCode> {
    match &command {
        Command::Openapi => {
            write_line(&entrepot_web::openapi_json())?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Key(KeyCommand::New) => {
            write_line(&KeyRing::generate().to_text())?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Doctor => return doctor::run(tenant.as_deref(), output).await,
        _ => {}
    }
    let config = Config::from_env()?;
    let telemetry = crate::telemetry::init(&config, !matches!(command, Command::Serve { .. }))?;
    let done = carry_out(command, tenant.as_deref(), config, output).await;
    telemetry.finish().await;
    done
}

async fn carry_out(command: Command, tenant: Option<&str>, config: Config, output: Output) -> Result<ExitCode> {
    match command {
        Command::Key(KeyCommand::Adopt) => return key::adopt(config, output).await.map(|()| ExitCode::SUCCESS),
        Command::Key(KeyCommand::Rotate) => return key::rotate(config, output).await.map(|()| ExitCode::SUCCESS),
        _ => {}
    }
    if let Command::Migrate = command {
        let db = open_database(&config, Clock::System, Tables::BroughtUpToDate).await?;
        output.say(
            &serde_json::json!({"migrated": true, "database": format!("{:?}", db.engine()).to_lowercase()}),
            || "the database is up to date".to_owned(),
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    let tables = match &command {
        Command::Serve { .. } => Tables::BroughtUpToDate,
        _ => Tables::AsTheyAre,
    };
    let mut host = Host::open_with(config, Clock::System, own_program(), tables).await?;
    if command.is_of_a_tenant() || tenant.is_some() {
        host = host.for_tenant(tenant).await?;
    }
    let done = match command {
        Command::Serve { role } => serve::run(host, role).await,
        Command::User(command) => user::run(&host, command, tenant, output).await,
        Command::Person(command) => person::run(&host, command, output).await,
        Command::Tenant(command) => tenant::run(&host, command, output).await,
        Command::ApiKey(command) => api_key::run(&host, command, output).await,
        Command::Adapter(command) => adapter::run(&host, command, output).await,
        Command::Channel(command) => channel::run(&host, command, output).await,
        Command::Import(arguments) => return import::run(&host, arguments, output).await,
        Command::Runs { channel } => runs::list(&host, channel.as_deref(), output).await,
        Command::Run { run } => runs::show(&host, &run, output).await,
        Command::Cancel { run } => runs::cancel(&host, &run, output).await,
        Command::Schedule(command) => schedule::run(&host, command, output).await,
        Command::Products(command) => products::run(&host, command).await,
        Command::Plan(command) => plan::run(&host, command, output).await,
        Command::Link(command) => link::run(&host, command, output).await,
        Command::Listing(command) => listing::run(&host, command, output).await,
        Command::Rule(command) => rule::run(&host, command, output).await,
        Command::Conflict(command) => conflict::run(&host, command, output).await,
        Command::Stock(command) => stock::run(&host, command, output).await,
        Command::Location(command) => stock::run_location(&host, command, output).await,
        Command::DeadLetters(command) => dead_letters::run(&host, command, output).await,
        Command::Webhooks(command) => webhooks::run(&host, command, output).await,
        Command::Migrate | Command::Doctor | Command::Openapi | Command::Key(_) | Command::CompileComponent { .. } => {
            Ok(())
        }
    };
    done.map(|()| ExitCode::SUCCESS)
}
