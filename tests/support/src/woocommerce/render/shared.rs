//! Parts that products and variations have in common.

use super::View;
use crate::woocommerce::json::{self, Object, escaped};
use crate::woocommerce::model::{Download, Image, Meta, Text};
use crate::woocommerce::time;

/// A date twice: in the shop's zone and in UTC, neither with an offset.
pub(super) fn dates(object: &mut Object<'_, '_>, names: (&str, &str), seconds: Option<i64>, offset: i64) {
    for (name, shift) in [(names.0, offset), (names.1, 0)] {
        match seconds {
            None => object.raw(name, "null"),
            Some(seconds) => {
                if let Some(out) = object.key(name) {
                    out.push(b'"');
                    time::write(out, seconds + shift);
                    out.push(b'"');
                }
            }
        }
    }
}

pub(super) fn dimensions(object: &mut Object<'_, '_>, weight: &str, sizes: &[Text; 3]) {
    object.string("weight", weight);
    if let Some(out) = object.key("dimensions") {
        let mut inner = Object::new(out, None);
        for (name, size) in ["length", "width", "height"].into_iter().zip(sizes) {
            inner.string(name, size);
        }
        inner.end();
    }
}

pub(super) fn downloads(object: &mut Object<'_, '_>, view: &View<'_>, downloads: &[Download]) {
    object.bool("downloadable", !downloads.is_empty());
    if let Some(out) = object.key("downloads") {
        json::list(out, downloads, |out, download| {
            let mut inner = Object::new(out, None);
            inner.string("id", &download.id);
            inner.string("name", &download.name);
            if let Some(out) = inner.key("file") {
                out.push(b'"');
                out.extend_from_slice(view.home.as_bytes());
                escaped(out, "/wp-content/uploads/woocommerce_uploads/");
                escaped(out, &download.file);
                out.push(b'"');
            }
            inner.end();
        });
    }
    object.int("download_limit", -1);
    object.int("download_expiry", -1);
}

/// An image; `large` is the form products have, with the smaller copies.
pub(super) fn image(out: &mut Vec<u8>, view: &View<'_>, image: &Image, large: bool) {
    let mut inner = Object::new(out, None);
    inner.id("id", image.id);
    let offset = view.state.options.gmt_offset;
    // The shop shifts the local date of a picture twice. Seen on a real one.
    dates(&mut inner, ("date_created", "date_created_gmt"), Some(image.created), 2 * offset);
    dates(&mut inner, ("date_modified", "date_modified_gmt"), Some(image.created), 2 * offset);
    if let Some(out) = inner.key("src") {
        quoted_file(out, view, image, "");
    }
    let name = image.file.rsplit('/').next().unwrap_or_default();
    inner.string("name", name);
    inner.string("alt", &image.alt);
    if large {
        if let Some(out) = inner.key("srcset") {
            out.push(b'"');
            if image.resized {
                for (index, (suffix, width)) in
                    [("", 640), ("-300x300", 300), ("-150x150", 150), ("-600x600", 600), ("-100x100", 100)]
                        .into_iter()
                        .enumerate()
                {
                    if index > 0 {
                        out.extend_from_slice(b", ");
                    }
                    file(out, view, image, suffix);
                    out.push(b' ');
                    json::integer(out, width);
                    out.push(b'w');
                }
            }
            out.push(b'"');
        }
        inner.string("sizes", "(max-width: 640px) 100vw, 640px");
        if let Some(out) = inner.key("thumbnail") {
            quoted_file(out, view, image, if image.resized { "-300x300" } else { "" });
        }
    }
    inner.end();
}

fn quoted_file(out: &mut Vec<u8>, view: &View<'_>, image: &Image, suffix: &str) {
    out.push(b'"');
    file(out, view, image, suffix);
    out.push(b'"');
}

fn file(out: &mut Vec<u8>, view: &View<'_>, image: &Image, suffix: &str) {
    if image.file.starts_with("http") {
        escaped(out, &image.file);
        return;
    }
    out.extend_from_slice(view.home.as_bytes());
    escaped(out, "/wp-content/uploads/");
    escaped(out, &image.file);
    escaped(out, suffix);
    out.extend_from_slice(b".jpg");
}

/// `_links`: the item, its list, and what it belongs to. Paths start behind `/wp-json/wc/v3/`.
pub(super) fn links(
    object: &mut Object<'_, '_>,
    view: &View<'_>,
    (own, hints): (&str, bool),
    list: &str,
    up: Option<&str>,
) {
    let Some(out) = (if view.single { object.forced("_links") } else { object.key("_links") }) else { return };
    let home = view.home;
    let href = |out: &mut Vec<u8>, path: &str| {
        out.extend_from_slice(b"{\"href\":\"");
        out.extend_from_slice(home.as_bytes());
        out.extend_from_slice(b"\\/wp-json\\/wc\\/v3\\/");
        escaped(out, path);
        out.push(b'"');
    };
    out.extend_from_slice(b"{\"self\":[");
    href(out, own);
    if hints {
        out.extend_from_slice(br#","targetHints":{"allow":["GET","POST","PUT","PATCH","DELETE"]}"#);
    }
    out.extend_from_slice(b"}],\"collection\":[");
    href(out, list);
    out.extend_from_slice(b"}]");
    if let Some(up) = up {
        out.extend_from_slice(b",\"up\":[");
        href(out, up);
        out.extend_from_slice(b"}]");
    }
    out.push(b'}');
}

pub(super) fn meta(object: &mut Object<'_, '_>, rows: &[Meta]) {
    if let Some(out) = object.key("meta_data") {
        json::list(out, rows, |out, meta| {
            let mut inner = Object::new(out, None);
            inner.id("id", meta.id);
            inner.string("key", &meta.key);
            inner.raw("value", &meta.value);
            inner.end();
        });
    }
}
