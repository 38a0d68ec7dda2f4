//! `wc/v3/webhooks`: listed, made, changed, deleted.

use http::Method;
use serde_json::{Map, Value};

use super::asked::Asked;
use crate::server::Answer;
use crate::woocommerce::errors::{self, Invalid, JSON};
use crate::woocommerce::json::{self, Object};
use crate::woocommerce::keys::Caller;
use crate::woocommerce::parameters::{self, NONE, Values, WEBHOOK, WEBHOOKS};
use crate::woocommerce::render::View;
use crate::woocommerce::time::iso;
use crate::woocommerce::webhooks::Hook;

const RESOURCES: [&str; 4] = ["coupon", "customer", "order", "product"];
const EVENTS: [&str; 4] = ["created", "updated", "deleted", "restored"];

impl Asked<'_> {
    pub(super) fn webhooks(&self, route: &str, rest: &[&str]) -> Answer {
        let id = match rest {
            [] => None,
            [id] => match id.parse::<u64>() {
                Ok(id) => Some(id),
                Err(_) => return errors::no_route(),
            },
            _ => return errors::no_route(),
        };
        let answer = match (&self.request.method, id) {
            (&Method::GET | &Method::HEAD, None) => self.hook_list(route),
            (&Method::GET | &Method::HEAD, Some(id)) => {
                self.checked(route, NONE, false).and_then(|_| self.found(id)).map(|hook| self.shown(200, &hook))
            }
            (&Method::POST, None) => self.make(route),
            (&Method::PUT | &Method::PATCH | &Method::POST, Some(id)) => self.change(route, id),
            (&Method::DELETE, Some(id)) => self.end(route, id),
            _ => return errors::no_route(),
        };
        answer.unwrap_or_else(|refusal| refusal)
    }

    fn hook_list(&self, route: &str) -> Result<Answer, Answer> {
        let values = self.checked(route, WEBHOOKS, true)?;
        let wanted = values.text("status").filter(|status| *status != "all");
        let mut hooks: Vec<Hook> = self.store.hook_table().rows.values().cloned().collect();
        hooks.retain(|hook| wanted.is_none_or(|status| hook.status == status));
        match values.text("orderby") {
            Some("id") => {}
            Some("title") => hooks.sort_by(|a, b| a.name.cmp(&b.name)),
            _ => hooks.sort_by_key(|hook| hook.created),
        }
        if values.text("order") != Some("asc") {
            hooks.reverse();
        }
        Ok(self.list(route, &values, &hooks, "GET, POST", |view, out, hook| write(view, out, self.home, hook)))
    }

    fn make(&self, route: &str) -> Result<Answer, Answer> {
        let values = self.written(route, "create", "create resources")?;
        let missing: Vec<&str> =
            ["topic", "delivery_url"].into_iter().filter(|name| values.text(name).is_none()).collect();
        if !missing.is_empty() {
            let message = format!("Missing parameter(s): {}", missing.join(", "));
            return Err(errors::refusal(400, "rest_missing_callback_param", &message));
        }
        let now = self.view.now;
        // Fifty characters that nobody is told.
        let secret = values.text("secret").map_or_else(|| format!("{now:x>50}"), str::to_owned);
        let mut hook = Hook::new("", "", &secret, now);
        hook.name = format!("Webhook created on {}", iso(now));
        fill(&mut hook, &values)?;
        let id = self.store.hook_table().insert(hook);
        let mut answer = self.shown(201, &self.found(id)?);
        answer.set("Location", format!("{}/wp-json/wc/v3/webhooks/{id}", self.home));
        Ok(answer)
    }

    fn change(&self, route: &str, id: u64) -> Result<Answer, Answer> {
        let values = self.written(route, "edit", "edit this resource")?;
        let mut hook = self.found(id)?;
        fill(&mut hook, &values)?;
        hook.modified = Some(self.view.now);
        self.store.hook_table().rows.insert(id, hook.clone());
        Ok(self.shown(200, &hook))
    }

    fn end(&self, route: &str, id: u64) -> Result<Answer, Answer> {
        let values = self.written(route, "delete", "delete this resource")?;
        let hook = self.found(id)?;
        if values.bool("force") != Some(true) {
            let message = "Webhooks do not support trashing.";
            return Err(errors::refusal(501, "woocommerce_rest_trash_not_supported", message));
        }
        self.store.hook_table().rows.remove(&id);
        Ok(self.shown(200, &hook))
    }

    fn found(&self, id: u64) -> Result<Hook, Answer> {
        let hook = self.store.hook_table().rows.get(&id).cloned();
        hook.ok_or_else(|| errors::invalid_id("shop_webhook"))
    }

    fn shown(&self, status: u16, hook: &Hook) -> Answer {
        let mut out = Vec::new();
        write(&self.view, &mut out, self.home, hook);
        let mut answer = Answer::new(status, JSON, out);
        answer.set("Allow", if status == 201 { "GET, POST" } else { "GET, POST, PUT, PATCH, DELETE" });
        answer
    }

    /// What a request that changes something says, and whether its sender may.
    fn written(&self, route: &str, right: &str, what: &str) -> Result<Values, Answer> {
        let given = self.given()?;
        let (values, findings) = parameters::read(WEBHOOK, &given).map_err(|invalid| errors::invalid(&invalid))?;
        self.store.note(route, findings);
        let status = match self.caller {
            Caller::Manager => return Ok(values),
            Caller::Anonymous => 401,
            Caller::Nobody => 403,
        };
        let message = format!("Sorry, you are not allowed to {what}.");
        Err(errors::refusal(status, &format!("woocommerce_rest_cannot_{right}"), &message))
    }

    /// The body's fields and, for what it does not say, the query's: that is where WordPress looks.
    fn given(&self) -> Result<Vec<(String, String)>, Answer> {
        let mut pairs = self.request.pairs();
        let body = &self.request.body;
        if body.is_empty() {
            return Ok(pairs);
        }
        let kind = self.request.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let fields: Vec<(String, Value)> = if kind.is_some_and(|kind| kind.starts_with("application/json")) {
            let object = serde_json::from_slice::<Map<String, Value>>(body);
            let refusal = |_| errors::refusal(400, "rest_invalid_json", "Invalid JSON body passed.");
            object.map_err(refusal)?.into_iter().collect()
        } else {
            let form = url::form_urlencoded::parse(body).into_owned();
            form.map(|(name, value)| (name, Value::String(value))).collect()
        };
        for (name, value) in fields {
            let Value::String(text) = value else {
                let message = format!("{name} is not of type string.");
                let element = Some(name.clone());
                return Err(errors::invalid(&[Invalid { name, code: "rest_invalid_type", message, element }]));
            };
            pairs.retain(|(known, _)| *known != name);
            pairs.push((name, text));
        }
        Ok(pairs)
    }
}

fn fill(hook: &mut Hook, values: &Values) -> Result<(), Answer> {
    for (name, place) in [
        ("name", &mut hook.name),
        ("status", &mut hook.status),
        ("topic", &mut hook.topic),
        ("delivery_url", &mut hook.delivery_url),
        ("secret", &mut hook.secret),
    ] {
        if let Some(value) = values.text(name) {
            value.clone_into(place);
        }
    }
    let known = match hook.topic.split_once('.') {
        Some(("action", action)) => !action.is_empty(),
        Some((resource, event)) => RESOURCES.contains(&resource) && EVENTS.contains(&event),
        None => false,
    };
    if !known {
        let message = "Webhook topic is required and must be valid.";
        return Err(errors::refusal(400, "woocommerce_rest_shop_webhook_invalid_topic", message));
    }
    let url = url::Url::parse(&hook.delivery_url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    if url.is_none() {
        let message = "Webhook delivery URL must be a valid URL starting with http:// or https://.";
        return Err(errors::refusal(400, "woocommerce_rest_shop_webhook_invalid_delivery_url", message));
    }
    Ok(())
}

/// The secret is never shown.
fn write(view: &View<'_>, out: &mut Vec<u8>, home: &str, hook: &Hook) {
    let (resource, event) = hook.topic.split_once('.').unwrap_or((&hook.topic, ""));
    let hooks: &[&str] = match hook.topic.as_str() {
        "product.created" => {
            &["woocommerce_process_product_meta", "woocommerce_new_product", "woocommerce_new_product_variation"]
        }
        "product.updated" => {
            &["woocommerce_process_product_meta", "woocommerce_update_product", "woocommerce_update_product_variation"]
        }
        "product.deleted" => &["wp_trash_post"],
        "product.restored" => &["untrashed_post"],
        _ => &[],
    };
    let mut object = Object::new(out, view.fields);
    object.id("id", hook.id);
    object.string("name", &hook.name);
    object.string("status", &hook.status);
    object.string("topic", &hook.topic);
    object.string("resource", resource);
    object.string("event", event);
    if let Some(out) = object.key("hooks") {
        json::list(out, hooks, |out, name| json::string(out, name));
    }
    object.string("delivery_url", &hook.delivery_url);
    let offset = view.state.options.gmt_offset;
    let mut date = |name: &str, at: Option<i64>| match at {
        Some(at) => object.string(name, &iso(at)),
        None => object.raw(name, "null"),
    };
    date("date_created", Some(hook.created + offset));
    date("date_created_gmt", Some(hook.created));
    date("date_modified", hook.modified.map(|at| at + offset));
    date("date_modified_gmt", hook.modified);
    let place = if view.single { object.forced("_links") } else { object.key("_links") };
    if let Some(out) = place {
        let all = format!("{home}/wp-json/wc/v3/webhooks");
        let links = serde_json::json!({
            "self": [{"href": format!("{all}/{}", hook.id), "targetHints": {"allow": ["GET", "POST", "PUT", "PATCH", "DELETE"]}}],
            "collection": [{"href": all}],
        });
        json::value(out, &links);
    }
    object.end();
}
