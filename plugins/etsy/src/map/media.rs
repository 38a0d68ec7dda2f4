//! Images by rank, the first is the main one; videos after them.

use entrepot_guest::prelude::model::{Media, MediaKind};

use entrepot_guest::lenient::{Fields, Raw};

pub(super) fn media(images: Raw<'_>, videos: Raw<'_>) -> Vec<Media> {
    let mut images = images.records();
    images.sort_by_key(|image| image.get("rank").word().and_then(|rank| rank.parse::<i64>().ok()).unwrap_or(i64::MAX));
    let image = |image: &Fields<'_>| {
        let id = image.get("listing_image_id").id().map(|id| id.to_string());
        part(id, image.get("url_fullxfull"), image.get("alt_text").name(), MediaKind::Image)
    };
    let video = |video: &Fields<'_>| {
        let shown = video.get("video_state").word().is_none_or(|state| state == "active");
        // Images and videos are numbered apart.
        let id = video.get("video_id").id().map(|id| format!("video-{id}"));
        part(id, video.get("video_url"), None, MediaKind::Video).filter(|_| shown)
    };
    let videos = videos.records();
    let mut media: Vec<Media> = Vec::new();
    for one in images.iter().filter_map(image).chain(videos.iter().filter_map(video)) {
        if !media.iter().any(|other| other.source_id == one.source_id && one.source_id.is_some()) {
            media.push(Media { position: media.len() as u32, ..one });
        }
    }
    media
}

fn part(source_id: Option<String>, url: Raw<'_>, alt: Option<String>, kind: MediaKind) -> Option<Media> {
    let url = url.word().filter(|url| url.starts_with("http"))?.into_owned();
    Some(Media { source_id, url, alt, kind, position: 0 })
}
