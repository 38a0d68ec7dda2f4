//! `entrepot channel connect …` and `entrepot channel reconnect …`: a person opens an address, and the command waits until they are done.

use std::time::Duration;

use anyhow::{Result, bail};
use entrepot_channels::{Begun, ConnectionReport, NewConnection};
use entrepot_domain::names::shell_word;
use serde_json::json;
use tokio::net::TcpStream;

use super::channel::texts;
use super::webhooks::is_of_this_machine;
use crate::cli::{ConnectArgs, ReconnectArgs};
use crate::host::Host;
use crate::output::{Output, moment, write_line};

const LOOK: Duration = Duration::from_millis(500);
/// A host of this machine answers at once.
const KNOCK: Duration = Duration::from_secs(1);

pub(crate) async fn new(host: &Host, arguments: ConnectArgs, output: Output) -> Result<()> {
    let ConnectArgs { name, adapter, settings, secrets, no_wait } = arguments;
    let new = NewConnection { adapter, name, settings: texts(settings), secrets: secrets.read()? };
    let begun = host.app.connections.begin_connection(&host.tenant, new, &host.config.public_url).await?;
    lead(host, &begun, no_wait, output).await
}

pub(crate) async fn again(host: &Host, arguments: ReconnectArgs, output: Output) -> Result<()> {
    let ReconnectArgs { channel, no_wait } = arguments;
    let begun = host.app.connections.begin_reconnection(&host.tenant, &channel, &host.config.public_url).await?;
    lead(host, &begun, no_wait, output).await
}

async fn lead(host: &Host, begun: &Begun, no_wait: bool, output: Output) -> Result<()> {
    let Begun { id, authorize_url, redirect_uri, expires_at } = begun;
    let url = authorize_url.expose();
    warn(&host.config.public_url).await;
    // What the shop posts its keys to needs no registration.
    let back = if redirect_uri.ends_with("/oauth/callback") {
        format!(
            "The browser comes back to {redirect_uri}: register exactly that with your app at the marketplace, and keep"
        )
    } else {
        format!("The shop posts its keys to {}: keep", host.config.public_url)
    };
    let asked = format!(
        "Have the seller open this address in a browser before {} UTC, and nobody else:\n\n  {url}\n\n{back} `entrepot serve` running.",
        moment(*expires_at)
    );
    if no_wait {
        let document = json!({
            "connection": id, "authorize_url": url, "redirect_uri": redirect_uri, "expires_at": expires_at,
        });
        return output.say(&document, || asked);
    }
    let asked = format!("{asked}\nWaiting for what comes of it. Ctrl-C ends the waiting, not the connecting.");
    // One document on stdout, and that is the last word.
    if output.json {
        eprintln!("{asked}");
    } else {
        write_line(&asked)?;
    }
    let report = wait(host, id.as_str()).await?;
    let ConnectionReport { name, state, channel, failure, .. } = &report;
    match state.as_str() {
        "done" => {
            let document = json!({"connection": id, "state": state, "channel": channel, "name": name});
            let id = channel.as_deref().unwrap_or_default();
            output.say(&document, || {
                format!("{name} is connected ({id}). Import it: entrepot import {} --full --wait", shell_word(name))
            })
        }
        "expired" => bail!("{name} is not connected: nobody came back in time; give the command again"),
        _ => bail!("{name} is not connected: {}", failure.as_deref().unwrap_or("it failed")),
    }
}

/// Until it has ended. A database that is away for a moment does not end the waiting.
async fn wait(host: &Host, id: &str) -> Result<ConnectionReport> {
    loop {
        match host.app.connections.connection(&host.tenant, id).await {
            Ok(report) if !matches!(report.state.as_str(), "pending" | "working") => return Ok(report),
            Err(error) if !error.is_transient() => return Err(error.into()),
            _ => tokio::time::sleep(LOOK).await,
        }
    }
}

/// Says what would keep the browser from coming back.
async fn warn(public_url: &str) {
    if !is_of_this_machine(public_url) {
        return;
    }
    eprintln!(
        "entrepot: {public_url} is this machine's own address: only a browser of this machine comes back to it, and some marketplaces \
         allow none that is not https; set ENTREPOT_PUBLIC_URL to where others reach this host"
    );
    let place = public_url.split_once("://").map_or(public_url, |(_, rest)| rest);
    let place = place.split('/').next().unwrap_or_default().replace("0.0.0.0", "127.0.0.1");
    let answered = tokio::time::timeout(KNOCK, TcpStream::connect(&place)).await;
    if !matches!(answered, Ok(Ok(_))) {
        eprintln!("entrepot: nobody answers at {public_url}; start `entrepot serve`, or the browser cannot come back");
    }
}
