//! The checks that need more than one table of a manifest.

mod fault;
mod texts;

use super::{Manifest, SUPPORTED_WORLDS};
use crate::credential::is_key;
use crate::origin::is_label;
use crate::settings::check_default;
use crate::{Credential, RateLimit, SLOWEST, SettingType};
use entrepot_domain::names::{is_unseen, mixed_word, shown};

pub(super) use fault::{Fault, Step};

/// Of names and versions: indexes are made over them.
const MAX_NAME_LEN: usize = 200;

/// Whatever is shown of a manifest is shown to somebody who decides on it.
pub(super) fn shown_texts(value: &toml::Value, path: &mut Vec<Step>) -> Result<(), Fault> {
    let unfit = |text: &str| text.chars().any(|c| !matches!(c, '\n' | '\t' | '\r') && shown(c) != c);
    let fault = |path: &[Step]| Err(Fault { path: path.to_vec(), problem: UNFIT.to_owned() });
    match value {
        toml::Value::String(text) if unfit(text) => return fault(path),
        toml::Value::Table(table) => {
            for (key, value) in table {
                if unfit(key) {
                    return fault(path);
                }
                path.push(Step::Key(key.clone()));
                shown_texts(value, path)?;
                path.pop();
            }
        }
        toml::Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                path.push(Step::Index(index));
                shown_texts(value, path)?;
                path.pop();
            }
        }
        _ => {}
    }
    Ok(())
}

const UNFIT: &str = "holds a control character, or one that turns the order in which text is shown; leave it out";

pub(super) fn manifest(manifest: &Manifest) -> Result<(), Fault> {
    head(manifest)?;
    texts::check(manifest)?;
    settings(manifest)?;
    credentials(manifest)?;
    keys(manifest)?;
    rules(manifest)?;
    limits(manifest)
}

fn limits(manifest: &Manifest) -> Result<(), Fault> {
    let rate = manifest.rate_limit;
    if !RateLimit::is_pace(rate.requests_per_second) {
        let problem = format!("is {}; must be from {SLOWEST} to 10000", rate.requests_per_second);
        return Err(Fault::new(&[&"rate_limit", &"requests_per_second"], problem));
    }
    if !(1..=256).contains(&rate.concurrency) {
        return Err(Fault::new(&[&"rate_limit", &"concurrency"], "must be from 1 to 256"));
    }
    match manifest.limits.below_floor() {
        Some((name, given, least)) => {
            let problem = format!("is {given}, with which nothing can be done; must be at least {least}");
            Err(Fault::new(&[&"limits", &name], problem))
        }
        None => Ok(()),
    }
}

fn head(manifest: &Manifest) -> Result<(), Fault> {
    let id = manifest.id.as_bytes();
    let plain = id.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-');
    if !((2..=63).contains(&id.len()) && plain && id[0].is_ascii_lowercase()) {
        return Err(Fault::new(&[&"id"], "must be 2 to 63 of a-z, 0-9 and -, beginning with a letter"));
    }
    for (key, value) in [("name", &manifest.name), ("publisher", &manifest.publisher)] {
        if value.trim().is_empty() || value.chars().any(is_unseen) {
            return Err(Fault::new(
                &[&key],
                "must not be empty, or hold control characters or others that are not seen",
            ));
        }
        if let Some(word) = mixed_word(value) {
            return Err(Fault::new(&[&key], format!("mixes letters of several scripts in one word: {word}")));
        }
        if value.len() > MAX_NAME_LEN {
            return Err(Fault::new(&[&key], format!("must be at most {MAX_NAME_LEN} bytes long")));
        }
    }
    if manifest.version.len() > MAX_NAME_LEN {
        return Err(Fault::new(&[&"version"], format!("must be at most {MAX_NAME_LEN} bytes long")));
    }
    if !is_semver(&manifest.version) {
        return Err(Fault::new(&[&"version"], "must be a semantic version such as \"1.4.0\""));
    }
    if !SUPPORTED_WORLDS.contains(&manifest.world.as_str()) {
        let known = SUPPORTED_WORLDS.join(", ");
        return Err(Fault::new(&[&"world"], format!("`{}` is not supported; this host runs {known}", manifest.world)));
    }
    Ok(())
}

fn settings(manifest: &Manifest) -> Result<(), Fault> {
    for (name, setting) in &manifest.settings {
        let wrong = |key: &str, problem: &str| Err(Fault::new(&[&"settings", name, &key], problem));
        if !is_key(name) {
            return Err(Fault::new(&[&"settings", name], "names are a-z, 0-9, _ and -, beginning with a letter"));
        }
        match (setting.kind, setting.choices.is_empty()) {
            (SettingType::Choice, true) => return wrong("choices", "a choice needs its choices"),
            (SettingType::Choice, false) | (_, true) => {}
            (_, false) => return wrong("choices", "only a setting of type \"choice\" has choices"),
        }
        if setting.live_choices && setting.kind != SettingType::String {
            return wrong(
                "live_choices",
                "only a setting of type \"string\" has choices that the account is asked for",
            );
        }
        if let Err(problem) = check_default(setting) {
            return wrong("default", &problem);
        }
        if manifest.fills_label(name) {
            let default = setting.default.iter().filter_map(serde_json::Value::as_str);
            if let Some(text) = default.chain(setting.choices.iter().map(String::as_str)).find(|text| !is_label(text)) {
                return wrong(
                    if setting.choices.is_empty() { "default" } else { "choices" },
                    &format!("`{text}` is not one part of a host name: a-z, 0-9 and -"),
                );
            }
        }
    }
    for name in manifest.secrets.keys() {
        if !is_key(name) {
            return Err(Fault::new(&[&"secrets", name], "names are a-z, 0-9, _ and -, beginning with a letter"));
        }
        // Both are set with KEY=VALUE on the command line; one name must not mean both.
        if manifest.settings.contains_key(name) {
            return Err(Fault::new(&[&"secrets", name], "there is a setting of the same name"));
        }
    }
    Ok(())
}

fn credentials(manifest: &Manifest) -> Result<(), Fault> {
    for (name, credential) in &manifest.credentials {
        if !is_key(name) {
            return Err(Fault::new(&[&"credentials", name], "names are a-z, 0-9, _ and -, beginning with a letter"));
        }
        for secret in credential.secret_names() {
            if !manifest.secrets.contains_key(secret) {
                return Err(Fault::new(&[&"credentials", name], format!("`{{{secret}}}` is not one of the secrets")));
            }
        }
        match credential {
            Credential::Query { parameters } if parameters.is_empty() => {
                return Err(Fault::new(&[&"credentials", name, &"parameters"], "must not be empty"));
            }
            Credential::Header { name: header, .. } if !is_credential_header(header) => {
                return Err(Fault::new(&[&"credentials", name, &"name"], no_credential(header)));
            }
            Credential::Headers { headers } if headers.is_empty() => {
                return Err(Fault::new(&[&"credentials", name, &"headers"], "must not be empty"));
            }
            Credential::Headers { headers } => {
                if let Some(header) = headers.keys().find(|header| !is_credential_header(header)) {
                    return Err(Fault::new(&[&"credentials", name, &"headers"], no_credential(header)));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn no_credential(header: &str) -> String {
    format!("`{header}` is not a header that a credential can set")
}

fn keys(manifest: &Manifest) -> Result<(), Fault> {
    for (slot, key) in &manifest.keys {
        let wrong = |field: &str, problem: String| Err(Fault::new(&[&"keys", slot, &field], problem));
        if !is_key(slot) {
            return Err(Fault::new(&[&"keys", slot], "names are a-z, 0-9, _ and -, beginning with a letter"));
        }
        if !manifest.secrets.contains_key(&key.secret) {
            return wrong("secret", format!("`{}` is not one of the secrets", key.secret));
        }
        if key.operations.is_empty() {
            return wrong("operations", "must not be empty: the key could not be used".to_owned());
        }
        if key.algorithms.is_empty() {
            return wrong("algorithms", "must not be empty: the key could not be used".to_owned());
        }
        if key.strip_prefix.as_deref() == Some("") {
            return wrong("strip_prefix", "must not be empty; leave it out".to_owned());
        }
    }
    let secret = |name: &str| manifest.secrets.contains_key(name);
    let setting = |name: &str| manifest.settings.get(name).map(|setting| setting.kind);
    match (&manifest.oauth, &manifest.connect) {
        (Some(_), Some(_)) => Err(Fault::new(&[&"connect"], "goes without [oauth]: a seller is sent to one place")),
        (Some(oauth), None) => oauth.check(secret, setting).map_err(|problem| Fault::new(&[&"oauth"], problem)),
        (None, Some(connect)) => connect.check(secret, setting).map_err(|problem| Fault::new(&[&"connect"], problem)),
        (None, None) => Ok(()),
    }
}

fn rules(manifest: &Manifest) -> Result<(), Fault> {
    for (index, rule) in manifest.egress.iter().enumerate() {
        let wrong = |key: &str, problem: String| Err(Fault::new(&[&"egress", &index, &key], problem));
        if !is_key(&rule.name) {
            return wrong("name", "must be a-z, 0-9, _ and -, beginning with a letter".to_owned());
        }
        if manifest.egress[..index].iter().any(|other| other.name == rule.name) {
            return wrong("name", format!("`{}` is the name of another rule", rule.name));
        }
        let empty = [
            ("operations", rule.operations.is_empty()),
            ("methods", rule.methods.is_empty()),
            ("paths", rule.paths.is_empty()),
        ];
        if let Some((key, _)) = empty.iter().find(|(_, empty)| *empty) {
            return wrong(key, "must not be empty: the rule would allow nothing".to_owned());
        }
        if let Some(pure) = rule.operations.iter().find(|operation| operation.is_pure()) {
            return wrong("operations", format!("`{pure}` is pure and has no way out"));
        }
        if let Some(name) = rule.credentials.iter().find(|name| !manifest.credentials.contains_key(*name)) {
            return wrong("credentials", format!("`{name}` is not one of the credentials"));
        }
        if rule.redirects > 10 {
            return wrong("redirects", "must be at most 10".to_owned());
        }
        let type_of = |name: &str| manifest.settings.get(name).map(|setting| setting.kind);
        if let Some(name) = rule.origin.url_setting() {
            match type_of(name) {
                Some(SettingType::Url) => {}
                Some(_) => return wrong("origin", format!("`{name}` must be a setting of type \"url\"")),
                None => return wrong("origin", format!("`{name}` is not one of the settings")),
            }
        }
        for name in rule.origin.label_settings() {
            match type_of(name) {
                Some(SettingType::String | SettingType::Choice) => {}
                Some(_) => {
                    return wrong("origin", format!("`{name}` must be a setting of type \"string\" or \"choice\""));
                }
                None => return wrong("origin", format!("`{name}` is not one of the settings")),
            }
        }
    }
    Ok(())
}

/// Headers that frame the message or belong to the connection cannot be a credential.
fn is_credential_header(name: &str) -> bool {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    let taken = [
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "te",
        "upgrade",
        "trailer",
        "expect",
        "accept-encoding",
    ];
    let lower = name.to_ascii_lowercase();
    !name.is_empty() && name.bytes().all(token) && !taken.contains(&lower.as_str()) && !lower.starts_with("proxy-")
}

/// Written here rather than taken from a crate: this layer only has to recognise one, never to compare two.
fn is_semver(text: &str) -> bool {
    let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    let (core, pre) = text.split_once('-').map_or((text, None), |(core, pre)| (core, Some(pre)));
    let digits = |part: &str| !part.is_empty() && part.len() <= 18 && part.bytes().all(|b| b.is_ascii_digit());
    let number = |part: &str| digits(part) && (part == "0" || !part.starts_with('0'));
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    core.split('.').count() == 3
        && core.split('.').all(number)
        && pre.is_none_or(|pre| pre.split('.').all(|part| word(part) && (!digits(part) || number(part))))
        && build.is_none_or(|build| build.split('.').all(word))
}
