//! Images and videos: the thumbnail is the main image, whatever its place.

use entrepot_guest::prelude::model::{Media, MediaKind};

use super::notes::{Notes, Place, short};
use super::options::sorted;
use entrepot_guest::address::absolute;
use entrepot_guest::lenient::{Fields, Raw};

/// The largest first.
const ADDRESSES: [&str; 5] = ["url_zoom", "image_url", "url_standard", "url_thumbnail", "url_tiny"];

#[derive(Debug, Default)]
pub(super) struct Gallery {
    pub(super) media: Vec<Media>,
    /// All addresses of each image, to find the one that a variant names.
    addresses: Vec<Vec<String>>,
    /// The store's own address, for those that do not name theirs.
    base: String,
}

impl Gallery {
    pub(super) fn of(product: &Fields<'_>, base: &str, notes: &mut Notes) -> Self {
        let mut gallery = Self { base: base.to_owned(), ..Self::default() };
        let mut images = sorted(product.get("images").records());
        images.sort_by_key(|image| image.get("is_thumbnail").flag() != Some(true));
        for image in images {
            let addresses: Vec<_> = ADDRESSES.iter().filter_map(|name| image.get(name).owned()).collect();
            let id = image.get("id").owned().or_else(|| addresses.first().cloned());
            let Some((id, url)) = id.zip(gallery.usable(&addresses, Place::Product, "images", notes)) else { continue };
            gallery.add(id, url, image.get("description").owned(), MediaKind::Image);
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

    /// The largest that others can fetch; where none can be fetched, that is said.
    fn usable(&self, addresses: &[String], place: Place, field: &str, notes: &mut Notes) -> Option<String> {
        let read: Vec<_> = addresses.iter().map(|url| absolute(url, &self.base)).collect();
        let found = read.iter().find_map(|url| url.as_ref().ok().cloned());
        if let (None, Some(Err(why)), Some(url)) = (&found, read.first(), addresses.first()) {
            let message = format!("The address {:?} was left out: {why}.", short(url));
            notes.warn(place, field, "address-invalid", message);
        }
        found
    }

    /// A variant names its image by address, which may be one of the product's images or one of its own.
    pub(super) fn of_variant(&mut self, image_url: Raw<'_>, place: Place, notes: &mut Notes) -> Vec<String> {
        let Some(url) = image_url.owned() else { return Vec::new() };
        let found = self.addresses.iter().position(|addresses| addresses.iter().any(|known| same(known, &url)));
        let at = match found {
            Some(at) => at,
            None => {
                let own = self.usable(std::slice::from_ref(&url), place, "image_url", notes);
                let Some(own) = own else { return Vec::new() };
                self.add(own.clone(), own, None, MediaKind::Image);
                self.addresses.push(vec![url]);
                self.media.len() - 1
            }
        };
        self.media[at].source_id.clone().into_iter().collect()
    }
}

/// Addresses may end with `?c=1`, which is for caches.
fn same(one: &str, other: &str) -> bool {
    let bare = |url: &str| url.split('?').next().unwrap_or_default().to_owned();
    bare(one) == bare(other)
}
