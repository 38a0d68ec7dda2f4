//! Which terms a list has, and in what order.

use super::model::Term;
use super::parameters::Values;

pub(crate) fn chosen<'a>(terms: impl Iterator<Item = &'a Term>, values: &Values) -> Vec<&'a Term> {
    let listed = |name: &str, id: u64| values.ints(name).iter().any(|wanted| wanted.unsigned_abs() == id);
    let mut chosen: Vec<_> = terms
        .filter(|term| values.ints("include").is_empty() || listed("include", term.id))
        .filter(|term| !listed("exclude", term.id))
        .filter(|term| values.int("parent").is_none_or(|parent| parent.unsigned_abs() == term.parent))
        .filter(|term| values.bool("hide_empty") != Some(true) || term.count > 0)
        .filter(|term| values.text("slug").is_none_or(|slug| slug == &*term.slug))
        .filter(|term| values.text("search").is_none_or(|part| term.name.contains(part)))
        .collect();
    match values.text("orderby").unwrap_or("name") {
        "id" => chosen.sort_by_key(|term| term.id),
        "slug" => chosen.sort_by(|a, b| a.slug.cmp(&b.slug)),
        "count" => chosen.sort_by_key(|term| (term.count, term.id)),
        "include" => {
            chosen.sort_by_key(|term| values.ints("include").iter().position(|id| *id == term.id.cast_signed()))
        }
        _ => chosen.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id))),
    }
    if values.text("order") == Some("desc") {
        chosen.reverse();
    }
    chosen
}
