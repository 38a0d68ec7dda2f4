//! Images by rank, the first is the main one; videos after them.

use entrepot_guest::prelude::model::{Media, MediaKind};

use super::notes::{Notes, short};
use entrepot_guest::address::absolute;
use entrepot_guest::lenient::{Fields, Raw};

pub(super) fn media(images: Raw<'_>, videos: Raw<'_>, notes: &mut Notes) -> Vec<Media> {
    let mut images = images.records();
    images.sort_by_key(|image| image.get("rank").word().and_then(|rank| rank.parse::<i64>().ok()).unwrap_or(i64::MAX));
    let mut found = Vec::new();
    for image in &images {
        let id = image.get("listing_image_id").id().map(|id| id.to_string());
        found.extend(part(id, image.get("url_fullxfull"), image.get("alt_text").name(), MediaKind::Image, notes));
    }
    let shown = |video: &Fields<'_>| video.get("video_state").word().is_none_or(|state| state == "active");
    for video in videos.records().into_iter().filter(shown) {
        // Images and videos are numbered apart.
        let id = video.get("video_id").id().map(|id| format!("video-{id}"));
        found.extend(part(id, video.get("video_url"), None, MediaKind::Video, notes));
    }
    let mut media: Vec<Media> = Vec::new();
    for one in found {
        if !media.iter().any(|other| other.source_id == one.source_id && one.source_id.is_some()) {
            media.push(Media { position: media.len() as u32, ..one });
        }
    }
    media
}

/// Etsy's own address, which every other is relative to.
pub(super) const BASE: &str = "https://www.etsy.com";

fn part(
    source_id: Option<String>,
    url: Raw<'_>,
    alt: Option<String>,
    kind: MediaKind,
    notes: &mut Notes,
) -> Option<Media> {
    let text = url.word()?;
    match absolute(&text, BASE) {
        Ok(url) => Some(Media { source_id, url, alt, kind, position: 0 }),
        Err(why) => {
            let message = format!("The address {:?} was left out: {why}.", short(&text));
            notes.warn("/images", "address-invalid", message);
            None
        }
    }
}
