//! Secrets of a channel that is changed: those that stay, those given, and those that do not open any more and have to be given.

use std::collections::BTreeMap;

use entrepot_adapters::Generation;
use entrepot_domain::names::shell_word;
use entrepot_domain::{ChannelId, Secret};
use entrepot_policy::{ACCESS_TOKEN, APPLICATION_TOKEN, REFRESH_TOKEN, SettingProblem};
use entrepot_store::Scoped;
use entrepot_vault::OpenSecrets;

use crate::opened::{Opened, digest, is_token};
use entrepot_core::AppError;

use crate::Channels;

pub(super) struct Kept {
    /// Those that open, and those given.
    all: BTreeMap<String, Secret>,
    /// Those given, sealed.
    pub(super) sealed: Vec<(String, Vec<u8>)>,
    /// Of all that there are then, for the log.
    pub(super) digests: BTreeMap<String, String>,
    pub(super) forgotten: Vec<String>,
    /// What does not open and is not given, with the reason.
    damaged: Vec<(String, String)>,
    /// Of those that do not open or are forgotten, some come by connecting: they may come later.
    by_connecting: bool,
    /// Those that open, and of which nothing is said.
    staying: Vec<String>,
    /// Tokens that do not open.
    unopened: Vec<String>,
}

impl Channels {
    pub(super) async fn kept_secrets(
        &self,
        scoped: &Scoped,
        channel: &ChannelId,
        generation: &Generation,
        given: Vec<(String, Secret)>,
    ) -> Result<Kept, AppError> {
        let secrets = &generation.manifest.secrets;
        let forgets = |(name, secret): &(String, Secret)| {
            let field = secrets.get(name).filter(|_| secret.expose().is_empty());
            field.is_some_and(|field| !field.required || comes(generation, name))
        };
        let (forgotten, set): (Vec<_>, Vec<_>) = given.into_iter().partition(forgets);
        let forgotten: Vec<String> = forgotten.into_iter().map(|(name, _)| name).collect();
        let Opened { open, damaged, mut digests } = self.opened(scoped, channel).await?;
        let place = |name| OpenSecrets::place(scoped.tenant().as_str(), channel.as_str(), name);
        let mut sealed = Vec::new();
        for (name, secret) in &set {
            let value = self.services.keys().seal(&place(name), secret.expose())?;
            digests.extend((!is_token(name)).then(|| (name.clone(), digest(&value))));
            sealed.push((name.clone(), value));
        }
        digests.retain(|name, _| !forgotten.contains(name));
        let mut all = open.into_clear();
        let said = |name: &String| forgotten.contains(name) || set.iter().any(|(known, _)| known == name);
        let staying = all.keys().filter(|name| !said(name)).cloned().collect();
        all.extend(set.iter().cloned());
        all.retain(|name, _| !forgotten.contains(name));
        let damaged = damaged.into_iter().filter(|(name, _)| !said(name));
        let connects = generation.grant.oauth.is_some();
        let (tokens, damaged): (Vec<_>, Vec<_>) =
            damaged.map(|(name, why)| (name, why.to_string())).partition(|(name, _)| connects && is_token(name));
        let unopened = tokens.iter().map(|(name, _)| name.clone()).collect();
        let by_connecting = !tokens.is_empty() || forgotten.iter().any(|name| comes(generation, name));
        Ok(Kept { all, sealed, digests, forgotten, damaged, by_connecting, staying, unopened })
    }
}

/// It comes by connecting, as granted.
fn comes(generation: &Generation, secret: &str) -> bool {
    let granted = &generation.grant;
    let token = granted.oauth.as_ref().is_some_and(|oauth| oauth.tokens().contains(&secret));
    token || granted.connect.as_ref().is_some_and(|connect| connect.secrets.contains_key(secret))
}

impl Kept {
    /// Of what is said of secrets that stay: whether they are still what was read.
    pub(super) fn are_as_read(&self, found: &[(String, Vec<u8>)]) -> Result<(), AppError> {
        let given = |name: &String| self.sealed.iter().any(|(known, _)| known == name);
        let is_there = |(name, told): (&String, &String)| {
            given(name) || found.iter().any(|(known, sealed)| known == name && digest(sealed) == *told)
        };
        if self.digests.iter().all(is_there) { Ok(()) } else { Err(AppError::Contested) }
    }

    /// Tokens are given or forgotten.
    pub(super) fn changes_tokens(&self) -> bool {
        self.sealed.iter().map(|(name, _)| name).chain(&self.forgotten).any(|name| is_token(name))
    }

    /// Where these settings lead the channel elsewhere, nothing that was kept goes there. What a host got itself is forgotten.
    pub(super) fn check_moved(&mut self, generation: &Generation, moved_by: &[&str]) -> Result<(), AppError> {
        if moved_by.is_empty() {
            return Ok(());
        }
        let secrets = &generation.manifest.secrets;
        let settings = moved_by.join(", ");
        let problem = |name: &String| SettingProblem {
            key: name.clone(),
            problem: format!(
                "has to be given again, for {settings} leads the channel elsewhere, and no secret of before is sent there. {}",
                match secrets.get(name) {
                    Some(_) if comes(generation, name) =>
                        "Give it with the change; or have it forgotten, by an empty value, and connect the shop anew afterwards",
                    Some(field) if !field.required =>
                        "Give it with the change, or have it forgotten, by an empty value",
                    _ => "Give it with the change",
                }
            ),
        };
        let known = |name: &&String| secrets.contains_key(*name);
        let problems: Vec<SettingProblem> = self.staying.iter().filter(known).map(problem).collect();
        if !problems.is_empty() {
            return Err(AppError::Settings(problems));
        }
        // Whatever is there by then, and not from here.
        let tokens = [ACCESS_TOKEN, REFRESH_TOKEN, APPLICATION_TOKEN].map(str::to_owned);
        let all = tokens.into_iter().chain(self.staying.drain(..));
        let given = |name: &String| self.sealed.iter().any(|(known, _)| known == name);
        // What does not open goes nowhere, and says what to do.
        let damaged = |name: &String| self.unopened.contains(name);
        let stale: Vec<String> =
            all.filter(|name| !given(name) && !damaged(name) && !self.forgotten.contains(name)).collect();
        self.digests.retain(|name, _| !stale.contains(name));
        self.all.retain(|name, _| !stale.contains(name));
        self.forgotten.extend(stale);
        Ok(())
    }

    /// All problems at once, for they have to be mended by one command.
    pub(super) fn check(&self, generation: &Generation) -> Result<(), AppError> {
        let manifest = &generation.manifest;
        let problem = |(name, why): &(String, String)| SettingProblem {
            key: name.clone(),
            problem: match manifest.secrets.get(name).is_some_and(|field| field.required) {
                true => format!("does not open: {why}. Give it anew: --secret {name}=…"),
                false => format!("does not open: {why}. Give it anew, or have it forgotten: --secret {name}="),
            },
        };
        let damaged: Vec<SettingProblem> = self.damaged.iter().map(problem).collect();
        if !damaged.is_empty() {
            return Err(AppError::Settings(damaged));
        }
        let given = self.all.iter().map(|(name, secret)| (name.as_str(), secret));
        let checked = match (&generation.grant.oauth, &generation.grant.connect) {
            (Some(oauth), _) if self.by_connecting => {
                manifest.check_secrets_before_tokens(oauth, given.filter(|(name, _)| !is_token(name)))
            }
            (None, Some(connect)) if self.by_connecting => {
                manifest.check_secrets_before_keys(connect, given.filter(|(name, _)| !comes(generation, name)))
            }
            _ => manifest.check_secrets(given),
        };
        checked.map_err(AppError::Settings)
    }
}

/// The whole command, but for what only the operator knows.
pub(super) fn say_anew(channel: &str, missing: &[&String], kept: &Kept) -> String {
    let word = shell_word(channel);
    let settings = missing.iter().map(|name| format!(" --set {name}=…"));
    let secrets = kept.damaged.iter().map(|(name, _)| name).chain(&kept.staying);
    let secrets = secrets.filter(|name| **name != APPLICATION_TOKEN).map(|name| format!(" --secret {name}=…"));
    let words: String = settings.chain(secrets).collect();
    format!(
        "If name and adapter are right, say all of it anew by one command, with nothing after = where it is to be empty; beside what is \
         given here it needs: entrepot channel set {word}{words}; else remove it: entrepot channel remove {word}"
    )
}
