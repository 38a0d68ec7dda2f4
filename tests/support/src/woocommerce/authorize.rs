//! `/wc-auth/v1/authorize`: the owner agrees at once, and the shop has keys to post.

use serde_json::json;

use super::keys::{Key, Permission};
use super::store::Store;
use crate::server::{Answer, Request};

/// What the shop posts, and where: it expects exactly 200, and otherwise takes the key back.
#[derive(Clone, Debug)]
pub struct Posted {
    pub callback_url: String,
    pub body: String,
    pub key: Key,
}

const REQUIRED: [&str; 5] = ["app_name", "user_id", "return_url", "callback_url", "scope"];

pub(crate) fn answer(store: &Store, request: &Request) -> Answer {
    let value = |name: &str| request.parameter(name).filter(|value| !value.is_empty());
    if REQUIRED.iter().any(|name| value(name).is_none()) {
        return Answer::html(401, "<p>Missing parameter</p>");
    }
    let [_, user, back, callback, scope] = REQUIRED.map(|name| value(name).unwrap_or_default());
    if !callback.starts_with("https://") {
        return Answer::html(401, "<p>The callback_url needs to be over SSL</p>");
    }
    let permission = match scope.as_str() {
        "read" => Permission::Read,
        "write" => Permission::Write,
        "read_write" => Permission::ReadWrite,
        _ => return Answer::html(401, "<p>Invalid scope</p>"),
    };
    let key = store.add_key(permission);
    let body = json!({
        "key_id": 3,
        "user_id": user,
        "consumer_key": key.consumer_key,
        "consumer_secret": key.consumer_secret,
        "key_permissions": scope,
    });
    store.0.posted.lock().expect("the keys").push(Posted { callback_url: callback, body: body.to_string(), key });
    let mut answer = Answer::html(302, "");
    answer.set("Location", format!("{back}?success=1&user_id={user}"));
    answer
}

impl Store {
    /// A key with values of one's own.
    pub fn add_this_key(&self, key: &Key, permission: Permission) {
        self.0.keys.add(key, permission);
    }

    /// What the shop has to post since the owner agreed last.
    pub fn posted(&self) -> Option<Posted> {
        self.0.posted.lock().expect("the keys").pop()
    }
}
