//! Images: the first is the main one.

use entrepot_guest::prelude::model::{Media, MediaKind};

use super::address::address;
use super::notes::{Notes, Place};
use super::wire::{Goods, Image};
use entrepot_guest::lenient::Record;

pub(super) struct Gallery {
    pub(super) media: Vec<Media>,
    /// The shop's own address, for those that do not name theirs.
    base: String,
}

impl Gallery {
    pub(super) fn of(product: &Goods<'_>, base: &str, notes: &mut Notes) -> Self {
        let mut gallery = Self { media: Vec::new(), base: base.to_owned() };
        for image in product.images.read::<Image<'_>>() {
            gallery.add(&image, Place::Product, "images", notes);
        }
        gallery
    }

    /// The image's id among the product's media, after adding it if it is not there yet.
    fn add(&mut self, image: &Image<'_>, place: Place, field: &str, notes: &mut Notes) -> Option<String> {
        let src = image.src.word()?;
        // The same one may be that of many variations: what is amiss with it is said once.
        if let Some(known) = image.id.id().map(|id| id.to_string()).filter(|id| self.find(id).is_some()) {
            return Some(known);
        }
        let url = address(&src, &self.base, place, field, notes)?;
        // Without an id it is the shop's placeholder, or a plugin's image that lies elsewhere.
        let id = match image.id.id() {
            Some(id) => id.to_string(),
            None if url.contains("placeholder") => return None,
            None => url.clone(),
        };
        if self.find(&id).is_none() {
            let position = self.media.len() as u32;
            let alt = image.alt.name();
            self.media.push(Media { source_id: Some(id.clone()), url, alt, kind: MediaKind::Image, position });
        }
        Some(id)
    }

    /// What a variation shows: its own image (its product's main one where it has none) and, since 11.1, its gallery.
    pub(super) fn of_variation(&mut self, variation: &Goods<'_>, place: Place, notes: &mut Notes) -> Vec<String> {
        let image = Image::of(variation.image);
        let mut ids: Vec<_> = image.and_then(|image| self.add(&image, place, "image", notes)).into_iter().collect();
        for id in variation.gallery_image_ids.values().into_iter().filter_map(|id| id.id()) {
            let id = id.to_string();
            if self.find(&id).is_some() && !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }

    fn find(&self, id: &str) -> Option<&Media> {
        self.media.iter().find(|media| media.source_id.as_deref() == Some(id))
    }
}
