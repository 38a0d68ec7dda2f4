//! Images and videos: the thumbnail is the main image, whatever its place.

use entrepot_guest::prelude::model::{Media, MediaKind};

use super::options::sorted;
use entrepot_guest::lenient::{Fields, Raw};

/// The largest first.
const ADDRESSES: [&str; 5] = ["url_zoom", "image_url", "url_standard", "url_thumbnail", "url_tiny"];

#[derive(Debug, Default)]
pub(super) struct Gallery {
    pub(super) media: Vec<Media>,
    /// All addresses of each image, to find the one that a variant names.
    addresses: Vec<Vec<String>>,
}

impl Gallery {
    pub(super) fn of(product: &Fields<'_>) -> Self {
        let mut gallery = Self::default();
        let mut images = sorted(product.get("images").records());
        images.sort_by_key(|image| image.get("is_thumbnail").flag() != Some(true));
        for image in images {
            let addresses: Vec<_> = ADDRESSES.iter().filter_map(|name| image.get(name).owned()).collect();
            let Some(url) = addresses.first().cloned() else { continue };
            gallery.add(
                image.get("id").owned().unwrap_or_else(|| url.clone()),
                url,
                image.get("description").owned(),
                MediaKind::Image,
            );
            gallery.addresses.push(addresses);
        }
        for video in sorted(product.get("videos").records()) {
            let Some(id) = video.get("video_id").owned() else { continue };
            let alt = video.get("title").owned();
            // The host of videos is YouTube; the API names no other.
            gallery.add(format!("video:{id}"), format!("https://www.youtube.com/watch?v={id}"), alt, MediaKind::Video);
            gallery.addresses.push(Vec::new());
        }
        gallery
    }

    fn add(&mut self, id: String, url: String, alt: Option<String>, kind: MediaKind) {
        let position = self.media.len() as u32;
        self.media.push(Media { source_id: Some(id), url, alt, kind, position });
    }

    /// A variant names its image by address, which may be one of the product's images or one of its own.
    pub(super) fn of_variant(&mut self, image_url: Raw<'_>) -> Vec<String> {
        let Some(url) = image_url.owned() else { return Vec::new() };
        let found = self.addresses.iter().position(|addresses| addresses.iter().any(|known| same(known, &url)));
        let at = found.unwrap_or_else(|| {
            self.add(url.clone(), url.clone(), None, MediaKind::Image);
            self.addresses.push(vec![url]);
            self.media.len() - 1
        });
        self.media[at].source_id.clone().into_iter().collect()
    }
}

/// Addresses may end with `?c=1`, which is for caches.
fn same(one: &str, other: &str) -> bool {
    let bare = |url: &str| url.split('?').next().unwrap_or_default().to_owned();
    bare(one) == bare(other)
}
