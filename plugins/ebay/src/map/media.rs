//! Pictures: addresses, known by themselves.

use entrepot_guest::address::absolute;
use entrepot_guest::lenient::{Fields, Raw};
use entrepot_guest::prelude::model::{Media, MediaKind};

use super::notes::{Notes, short};

/// Those of the listing as a whole first, then what only its variations have.
#[derive(Default)]
pub(super) struct Pictures(Vec<Media>);

impl Pictures {
    /// The ids of those that are in the list.
    pub(super) fn add(&mut self, list: Raw<'_>, path: &str, notes: &mut Notes) -> Vec<String> {
        let mut ids = Vec::new();
        for text in list.items().into_iter().filter_map(Raw::word) {
            match absolute(&text, "") {
                Ok(url) => {
                    if !self.0.iter().any(|known| known.url == url) {
                        let position = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
                        let kind = MediaKind::Image;
                        self.0.push(Media {
                            source_id: Some(url.clone()),
                            url: url.clone(),
                            alt: None,
                            kind,
                            position,
                        });
                    }
                    if !ids.contains(&url) {
                        ids.push(url);
                    }
                }
                Err(why) => {
                    let message = format!("The address {:?} was left out: {why}.", short(&text));
                    notes.warn(path, "address-invalid", message);
                }
            }
        }
        ids
    }

    pub(super) fn finish(self) -> Vec<Media> {
        self.0
    }
}

/// The pictures of an item.
pub(super) fn of_item<'a>(item: &Fields<'a>) -> Raw<'a> {
    item.get("product").fields().get("imageUrls")
}
