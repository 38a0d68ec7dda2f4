//! `cargo adapter check`: what an adapter asks for against what its code imports and its recordings use.

use std::collections::BTreeSet;
use std::process::exit;

use anyhow::Result;
use clap::Args;
use entrepot_domain::run::RunScope;
use entrepot_domain::usage::UseKind;
use entrepot_policy::Operation;
use entrepot_testkit::{Case, Kit, Part, sell_and_end};

use super::subject::Subject;

#[derive(Args)]
pub(crate) struct Check {
    #[command(flatten)]
    subject: Subject,
}

/// What the recordings made the adapter use.
#[derive(Default)]
struct Used {
    rules: BTreeSet<String>,
    operations: BTreeSet<String>,
    credentials: BTreeSet<String>,
    denied: BTreeSet<String>,
    parts: BTreeSet<Part>,
}

/// Calls that tests do not make yet; what is asked for them alone cannot be seen in use.
const UNTRIED: [Operation; 3] = [Operation::Subscribe, Operation::Subscriptions, Operation::Unsubscribe];

impl Check {
    pub(super) fn run(self) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let (found, unused) = runtime.block_on(async {
            let (kit, folder) = self.subject.load().await?;
            let used = used(&kit, &Case::all(&folder)?).await?;
            Ok::<_, anyhow::Error>((findings(&kit, &used), unused(&kit, &used)))
        })?;
        let mut wrong = 0;
        for (bad, line) in found {
            println!("{}  {line}", if bad { "FAIL" } else { "ok  " });
            wrong += usize::from(bad);
        }
        for line in unused {
            println!("note  {line}");
        }
        if wrong > 0 {
            exit(1);
        }
        Ok(())
    }
}

async fn used(kit: &Kit, cases: &[Case]) -> Result<Used> {
    let mut used = Used::default();
    for case in cases.iter().filter(|case| case.is_plain()) {
        let replay = case.replay(Vec::new());
        let shop = kit.connect(&case.login, replay.clone())?;
        if kit.has("connection/check") {
            drop(shop.check().await);
        }
        if kit.has("catalog/fetch-page")
            && let Ok(walk) = shop.walk().await
        {
            let ids = walk.items.iter().take(1).map(|item| item.source_id.clone()).collect();
            drop(shop.fetch_items(None, ids).await);
        }
        if kit.has("stock/fetch-stock") {
            drop(shop.walk_stock().await);
        }
        if let Some(since) = case.since().filter(|_| kit.has("catalog/fetch-page")) {
            drop(shop.walk_over(RunScope::ChangedSince(since)).await);
        }
        if let Some(url) = case.callback_url().filter(|_| kit.has("webhooks/subscribe"))
            && let Ok(made) = shop.subscribe(url).await
        {
            drop(shop.subscriptions().await);
            drop(shop.unsubscribe(made.into_iter().map(|subscription| subscription.id).collect()).await);
        }
        if kit.has("listings/push-listings") {
            sell_and_end(&shop, case).await;
        }
        used.parts.extend(kit.needed(&case.login, &replay)?);
        for (of, _) in shop.ledger().take() {
            match of.kind {
                UseKind::Request => {
                    used.rules.insert(of.rule);
                    used.operations.insert(of.operation.into_owned());
                }
                UseKind::Credential => drop(used.credentials.insert(of.name)),
                UseKind::Denied => drop(used.denied.insert(of.name)),
                _ => {}
            }
        }
    }
    Ok(used)
}

/// Of rules that recordings use: the methods and paths that none of them needs, so that less can be asked for.
fn unused(kit: &Kit, used: &Used) -> Vec<String> {
    let parts = kit.parts().into_iter();
    parts
        .filter(|part| used.rules.contains(&part.rule) && !used.parts.contains(part))
        .map(|Part { rule, what }| {
            format!("rule {rule}: no recording needs {what}; leave it out of adapter.toml, or record a test that does")
        })
        .collect()
}

/// Lines for people, and whether each is a fault.
fn findings(kit: &Kit, used: &Used) -> Vec<(bool, String)> {
    let manifest = &kit.manifest;
    let mut lines = Vec::new();
    for denied in &used.denied {
        lines.push((true, format!("missing: {denied}")));
    }
    for rule in &manifest.egress {
        let unused = !used.rules.contains(&rule.name);
        let optional = rule
            .origin
            .url_setting()
            .filter(|name| kit.manifest.settings.get(*name).is_some_and(|setting| !setting.required));
        let (unused, words) = match optional {
            Some(name) if unused => (false, format!("for channels elsewhere, with {name}; used by no recording")),
            _ if unused && rule.operations.iter().all(|operation| UNTRIED.contains(operation)) => {
                (false, "for calls that tests do not make".to_owned())
            }
            _ if unused => (true, "asked for, and used by no recording".to_owned()),
            _ => (false, "used".to_owned()),
        };
        lines.push((unused, format!("rule {}: {words}", rule.name)));
        for operation in &rule.operations {
            let name = operation.as_str();
            if !kit.exports().iter().any(|export| export.ends_with(&format!("/{name}"))) {
                lines.push((true, format!("rule {}: {name} is not exported", rule.name)));
            } else if used.rules.contains(&rule.name) && !used.operations.contains(name) {
                lines.push((false, format!("rule {}: no recording sends anything during {name}", rule.name)));
            }
        }
    }
    for name in manifest.credentials.keys() {
        let granted = manifest.egress.iter().any(|rule| rule.credentials.contains(name));
        let line = match (granted, used.credentials.contains(name)) {
            (false, _) => (true, format!("credential {name}: no rule names it")),
            (true, false) => (false, format!("credential {name}: no recording uses it")),
            (true, true) => (false, format!("credential {name}: used")),
        };
        lines.push(line);
    }
    let mut secrets: BTreeSet<&str> =
        manifest.credentials.values().flat_map(|credential| credential.secret_names()).collect();
    secrets.extend(manifest.keys.values().map(|key| key.secret.as_str()));
    if let Some(oauth) = &manifest.oauth {
        secrets.extend(oauth.client_secrets());
        secrets.extend(oauth.tokens());
    }
    if let Some(connect) = &manifest.connect {
        secrets.extend(connect.secrets.keys().map(String::as_str));
    }
    for (name, secret) in &manifest.secrets {
        if !secrets.contains(name.as_str()) {
            lines.push((secret.required, format!("secret {name}: neither a credential nor a key uses it")));
        }
    }
    let sends = kit.imports().iter().any(|import| import.starts_with("http/"));
    let networked = Operation::ALL
        .into_iter()
        .any(|operation| manifest.egress.iter().any(|rule| rule.operations.contains(&operation)));
    if sends != networked {
        let line =
            if sends { "it imports http, and asks for no rule" } else { "it asks for rules, and imports no http" };
        lines.push((true, line.to_owned()));
    }
    lines
}
