//! The fields of a form, made from what an adapter asks of its seller.

use std::collections::HashMap;

use entrepot_core::AppError;
use entrepot_domain::Secret;
use entrepot_listings::OfferedChoice;
use entrepot_policy::{Manifest, Setting, SettingType, Settings};
use entrepot_web::Problem;
use serde_json::Value;

use crate::failure::sentence;
use crate::kit::Choice;

/// What was posted, by the names of the fields.
pub(crate) type Posted = HashMap<String, String>;

const SETTING: &str = "setting.";
const SECRET: &str = "secret.";
const FORGET: &str = "forget.";

/// One field.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) hint: String,
    pub(crate) required: bool,
    /// text, url, number, choice, boolean, secret
    pub(crate) kind: &'static str,
    pub(crate) value: String,
    pub(crate) choices: Vec<Choice>,
    /// The key, where the account can be asked what there is to choose from.
    pub(crate) live: Option<String>,
    pub(crate) problem: Option<String>,
    /// It comes by connecting, and is given by those alone who have it already.
    pub(crate) token: bool,
    /// What is kept of it may be forgotten, with the box of this name.
    pub(crate) forget: Option<String>,
}

/// What is wrong: with fields, by their names, and with the whole.
#[derive(Default)]
pub(crate) struct Wrong {
    pub(crate) fields: HashMap<String, String>,
    pub(crate) whole: Option<String>,
}

impl Wrong {
    /// What people can mend in the form; anything else is a failure of its own.
    pub(crate) fn of(error: AppError, manifest: &Manifest) -> Result<Self, AppError> {
        if error.is_transient() {
            return Err(error);
        }
        match error {
            AppError::Settings(problems) => {
                let place = |key: &str| {
                    let of = if manifest.secrets.contains_key(key) { SECRET } else { SETTING };
                    format!("{of}{key}")
                };
                let fields = problems.into_iter().map(|one| (place(&one.key), sentence(&one.problem))).collect();
                Ok(Self { fields, whole: None })
            }
            AppError::NameTaken(_) | AppError::Name(_) => {
                Ok(Self { fields: HashMap::from([("name".to_owned(), sentence(&error.to_string()))]), whole: None })
            }
            error => {
                let problem = Problem::from(error);
                Ok(Self { whole: Some(sentence(problem.detail())), ..Self::default() })
            }
        }
    }
}

/// Fields for all settings and secrets. `posted`: what is in them, or else the stored settings.
pub(crate) fn fields(
    manifest: &Manifest,
    posted: Option<&Posted>,
    stored: Option<&Settings>,
    wrong: &Wrong,
) -> Vec<Field> {
    let new = stored.is_none();
    let settings = manifest.settings.iter().map(|(key, setting)| {
        let name = format!("{SETTING}{key}");
        let value = match posted {
            Some(posted) => posted.get(&name).cloned().unwrap_or_default(),
            None => shown(stored.and_then(|stored| stored.get(key)).or(setting.default.as_ref().filter(|_| new))),
        };
        Field {
            problem: wrong.fields.get(&name).cloned(),
            label: setting.title.clone(),
            hint: setting.description.clone(),
            required: setting.required,
            kind: kind(setting),
            choices: Choice::one_of(&value, setting.choices.iter().map(|choice| (choice, choice))),
            live: (setting.live_choices && !new).then(|| key.clone()),
            token: false,
            forget: None,
            name,
            value,
        }
    });
    let secrets = manifest.secrets.iter().map(|(key, secret)| {
        let name = format!("{SECRET}{key}");
        Field {
            problem: wrong.fields.get(&name).cloned(),
            label: secret.title.clone(),
            hint: secret.description.clone(),
            required: secret.required && new,
            kind: "secret",
            value: String::new(),
            choices: Vec::new(),
            live: None,
            token: manifest.comes_by_connecting(key),
            forget: (!new && (!secret.required || manifest.comes_by_connecting(key))).then(|| format!("{FORGET}{key}")),
            name,
        }
    });
    settings.chain(secrets).collect()
}

impl Field {
    /// With what the account offers in the place of a text to type. What is set and no longer offered stays to be chosen.
    pub(crate) fn offer(&mut self, offered: &[OfferedChoice]) {
        let known = offered.iter().map(|choice| (choice.value.clone(), format!("{} ({})", choice.name, choice.value)));
        let is_known = self.value.is_empty() || offered.iter().any(|choice| choice.value == self.value);
        let own = (!is_known).then(|| (self.value.clone(), self.value.clone()));
        self.choices = Choice::one_of(&self.value, known.chain(own));
        self.kind = "choice";
    }
}

fn kind(setting: &Setting) -> &'static str {
    match setting.kind {
        SettingType::Url => "url",
        SettingType::String => "text",
        SettingType::Integer => "number",
        SettingType::Boolean => "boolean",
        SettingType::Choice => "choice",
    }
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(String::new, |value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

/// The settings that were posted; an empty field is no answer, unless `all` are asked for.
pub(crate) fn settings(manifest: &Manifest, posted: &Posted, all: bool) -> Settings {
    let answer = |(key, setting): (&String, &Setting)| {
        let text = posted.get(&format!("{SETTING}{key}")).map_or("", |text| text.trim());
        let value = match setting.kind {
            SettingType::Boolean => Some(Value::Bool(text == "true")),
            _ if text.is_empty() => all.then(|| Value::String(String::new())),
            // What is no number is refused by the schema, in its words.
            SettingType::Integer => Some(text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from)),
            _ => Some(Value::from(text)),
        };
        Some((key.clone(), value?))
    };
    manifest.settings.iter().filter_map(answer).collect()
}

/// The secrets that were posted; an empty one is to be forgotten.
pub(crate) fn secrets(manifest: &Manifest, posted: &Posted) -> Vec<(String, Secret)> {
    let given = |key: &String| {
        let text = posted.get(&format!("{SECRET}{key}"))?.trim();
        let forgotten = posted.contains_key(&format!("{FORGET}{key}"));
        (!text.is_empty() || forgotten).then(|| (key.clone(), Secret::new(text)))
    };
    manifest.secrets.keys().filter_map(given).collect()
}
