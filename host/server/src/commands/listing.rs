//! `entrepot listing …`

mod push;
mod set;
mod shown;

use anyhow::Result;
use entrepot_core::RequestContext;
use entrepot_listings::{NewListing, Which};
use serde_json::json;

use crate::cli::{CreateListingArgs, ListingCommand, SetListingArgs};
use crate::host::Host;
use crate::output::{Output, operator};

/// Asked for at a time.
const PAGE: i64 = 200;

pub(crate) async fn run(host: &Host, command: ListingCommand, output: Output) -> Result<()> {
    let (listings, context) = (&host.app.listings, RequestContext::new(host.tenant.clone(), operator()));
    match command {
        ListingCommand::List { channel, status, sync, limit } => {
            let which = Which {
                channel: channel.unwrap_or_default(),
                status: status.unwrap_or_default(),
                sync: sync.unwrap_or_default(),
                ..Which::default()
            };
            let (mut all, mut before) = (Vec::new(), String::new());
            while let Some(left) = limit.checked_sub(i64::try_from(all.len())?).filter(|left| *left > 0) {
                let page = listings.list(&host.tenant, which.clone(), &before, left.min(PAGE)).await?;
                let Some(last) = page.last() else { break };
                before.clone_from(&last.id);
                all.extend(page);
            }
            output.say(&all, || shown::list(&all))
        }
        ListingCommand::Show { listing } => {
            let report = listings.show(&host.tenant, &listing).await?;
            output.say(&report, || shown::one(&report))
        }
        ListingCommand::Create(CreateListingArgs { channel, product, fields }) => {
            let new = NewListing { channel, product, change: set::change(fields)? };
            let id = listings.create(&context, new).await?;
            let report = listings.show(&host.tenant, id.as_str()).await?;
            output.say(&report, || {
                let next = format!(
                    "look: entrepot listing check {id}; publish: entrepot listing push {} --id {id} --wait",
                    report.channel
                );
                format!("{}\n{next}", shown::one(&report))
            })
        }
        ListingCommand::Set(SetListingArgs { listing, fields }) => {
            listings.change(&context, &listing, set::change(fields)?).await?;
            let report = listings.show(&host.tenant, &listing).await?;
            output.say(&report, || shown::one(&report))
        }
        ListingCommand::Check { listing } => {
            let report = listings.check(&host.tenant, &listing).await?;
            output.say(&report, || shown::check(&report))
        }
        ListingCommand::Preview { listing } => {
            let report = listings.check(&host.tenant, &listing).await?;
            output.say(
                &json!({ "listing": report.listing, "ok": report.ok, "issues": report.issues, "shown": report.shown }),
                || shown::preview(&report),
            )
        }
        ListingCommand::Push(arguments) => push::run(host, &context, arguments, output).await,
        ListingCommand::Adopt { channel, apply } => {
            let adoption = listings.adopt(&context, &channel, apply).await?;
            output.say(&adoption, || shown::adoption(&adoption, &channel, apply))
        }
        ListingCommand::End { listing } => {
            listings.end(&context, &listing).await?;
            let report = listings.show(&host.tenant, &listing).await?;
            output.say(&report, || match &report.external_id {
                Some(id) => format!("{listing} is taken off: a running `entrepot serve` ends {id} at the marketplace"),
                None => format!("{listing} is archived; it stood nowhere"),
            })
        }
        ListingCommand::Remove { listing } => {
            listings.remove(&context, &listing).await?;
            output.say(&json!({ "removed": listing }), || format!("{listing} is forgotten"))
        }
        ListingCommand::History { listing, limit } => {
            let events = listings.history(&host.tenant, &listing, "", limit).await?;
            output.say(&events, || shown::history(&events))
        }
    }
}
