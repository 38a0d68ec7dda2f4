//! Images, videos and models: the first is the main one.

use std::collections::HashMap;

use entrepot_guest::address::absolute;
use entrepot_guest::prelude::model::{Media, MediaKind};
use serde_json::Value;

use super::look::{id, list, owned, short, text};
use super::notes::Notes;

#[derive(Default)]
pub(super) struct Gallery {
    pub(super) media: Vec<Media>,
    /// Ids of images by their address.
    by_url: HashMap<String, String>,
}

impl Gallery {
    pub(super) fn of(body: &Value, notes: &mut Notes) -> Self {
        let mut gallery = Self::default();
        for medium in list(body, "media") {
            let Some(source_id) = id(medium) else { continue };
            let (kind, url) = match medium.get("__typename").and_then(Value::as_str) {
                Some("MediaImage") => (MediaKind::Image, medium.pointer("/image/url").and_then(Value::as_str)),
                Some("ExternalVideo") => (MediaKind::Video, text(medium, "originUrl")),
                Some("Video") => (MediaKind::Video, source(medium)),
                Some("Model3d") => (MediaKind::Model, source(medium)),
                _ => continue,
            };
            let Some(url) = url.map(str::trim).filter(|url| !url.is_empty()) else {
                let status = text(medium, "status").unwrap_or("UNKNOWN");
                let message =
                    format!("A medium has no address yet (its status is {}); it was left out.", short(status));
                notes.warn("/media", "media-not-ready", message);
                continue;
            };
            let address = match absolute(url, "") {
                Ok(address) => address,
                Err(why) => {
                    let message = format!("The address {:?} was left out: {why}.", short(url));
                    notes.warn("/media", "address-invalid", message);
                    continue;
                }
            };
            gallery.by_url.insert(url.to_owned(), source_id.clone());
            gallery.media.push(Media {
                source_id: Some(source_id),
                url: address,
                alt: owned(medium, "alt"),
                kind,
                position: gallery.media.len() as u32,
            });
        }
        gallery
    }

    /// A variant names its image by address only.
    pub(super) fn of_variant(&self, variant: &Value) -> Vec<String> {
        let url = variant.pointer("/image/url").and_then(Value::as_str);
        url.and_then(|url| self.by_url.get(url.trim()).cloned()).into_iter().collect()
    }
}

/// MP4 plays everywhere; else the first.
fn source(medium: &Value) -> Option<&str> {
    let sources = list(medium, "sources");
    let best = sources.iter().find(|source| text(source, "mimeType") == Some("video/mp4")).or(sources.first());
    text(best?, "url")
}
