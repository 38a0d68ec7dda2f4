//! Rows already written, so that a client reading a large shop waits for the copying of text and not for its making.

use std::collections::HashMap;
use std::sync::RwLock;

use super::render::View;

/// Beyond this much text, rows are written anew each time: a very large shop must still fit beside what is measured.
const LIMIT: usize = 256 << 20;

/// The three ways a row is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    Product,
    /// A variation below its parent.
    Nested,
    /// A variation in the list of all.
    Global,
}

#[derive(Debug, Default)]
struct Kept {
    /// The state and the address the texts are for. Any change of the shop makes them all worthless.
    revision: u64,
    home: String,
    bytes: usize,
    texts: HashMap<(Form, u64), Box<[u8]>>,
}

#[derive(Debug, Default)]
pub(crate) struct Rendered(RwLock<Kept>);

impl Rendered {
    pub(crate) fn is_full(&self) -> bool {
        self.0.read().expect("the texts").bytes >= LIMIT
    }

    /// Writes the row, from memory when it can.
    ///
    /// A sale that begins or ends on the clock alone is noticed with the next change of the shop.
    pub(crate) fn write(&self, view: &View<'_>, out: &mut Vec<u8>, form: Form, id: u64) {
        if view.fields.is_some() || view.edit {
            return fresh(view, out, form, id);
        }
        {
            let kept = self.0.read().expect("the texts");
            if kept.is_for(view) {
                if let Some(text) = kept.texts.get(&(form, id)) {
                    out.extend_from_slice(text);
                    return;
                }
                if kept.bytes >= LIMIT {
                    drop(kept);
                    return fresh(view, out, form, id);
                }
            }
        }
        let from = out.len();
        fresh(view, out, form, id);
        let mut kept = self.0.write().expect("the texts");
        if !kept.is_for(view) {
            *kept = Kept { revision: view.state.revision, home: view.home.to_owned(), ..Kept::default() };
        }
        let text = &out[from..];
        kept.bytes += text.len();
        kept.texts.insert((form, id), text.into());
    }
}

impl Kept {
    fn is_for(&self, view: &View<'_>) -> bool {
        self.revision == view.state.revision && self.home == view.home
    }
}

fn fresh(view: &View<'_>, out: &mut Vec<u8>, form: Form, id: u64) {
    match form {
        Form::Product => view.product(out, id),
        Form::Nested => view.variation(out, id, true),
        Form::Global => view.variation(out, id, false),
    }
}
