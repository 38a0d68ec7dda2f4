//! Secrets of a channel that is changed: those that stay, those given, and those that do not open any more and have to be given.

use std::collections::BTreeMap;

use entrepot_adapters::Generation;
use entrepot_domain::names::shell_word;
use entrepot_domain::{ChannelId, Secret};
use entrepot_policy::SettingProblem;
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
    /// Of those, what comes by connecting: it may come later.
    by_connecting: bool,
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
            secret.expose().is_empty() && secrets.get(name).is_some_and(|field| !field.required)
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
        all.extend(set.iter().cloned());
        all.retain(|name, _| !forgotten.contains(name));
        let said = |name: &String| forgotten.contains(name) || set.iter().any(|(known, _)| known == name);
        let damaged = damaged.into_iter().filter(|(name, _)| !said(name));
        let connects = generation.grant.oauth.is_some();
        let (tokens, damaged): (Vec<_>, Vec<_>) =
            damaged.map(|(name, why)| (name, why.to_string())).partition(|(name, _)| connects && is_token(name));
        Ok(Kept { all, sealed, digests, forgotten, damaged, by_connecting: !tokens.is_empty() })
    }
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
        let checked = match &generation.grant.oauth {
            Some(oauth) if self.by_connecting => {
                manifest.check_secrets_before_tokens(oauth, given.filter(|(name, _)| !is_token(name)))
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
    let secrets = kept.damaged.iter().map(|(name, _)| format!(" --secret {name}=…"));
    let words: String = settings.chain(secrets).collect();
    format!(
        "If name and adapter are right, say all of it anew by one command, with nothing after = where it is to be empty; beside what is \
         given here it needs: entrepot channel set {word}{words}; else remove it: entrepot channel remove {word}"
    )
}
