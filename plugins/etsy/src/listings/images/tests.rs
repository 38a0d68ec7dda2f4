use super::*;

fn media(url: &str, alt: &str) -> model::Media {
    let alt = Some(alt.to_owned());
    model::Media { source_id: None, url: url.to_owned(), alt, kind: model::MediaKind::Image, position: 0 }
}

fn there(ids: &[(u64, &str)]) -> Vec<Shown> {
    ids.iter().map(|(id, alt)| Shown { id: *id, alt: (*alt).to_owned() }).collect()
}

fn before(known: &BTreeMap<String, u64>) -> Before<'_> {
    Before { known, replaces: false, is_active: true }
}

#[test]
fn what_is_there_is_not_sent_again() {
    let (a, b, c) = (media("a", "A"), media("b", "B"), media("c", "C"));
    let known: BTreeMap<String, u64> = [("a".to_owned(), 1), ("b".to_owned(), 2)].into();
    let all = [&a, &b, &c];
    let of = |known: &BTreeMap<String, u64>, ids: &[(u64, &str)]| plan(&all, &before(known), &there(ids));
    let planned = of(&known, &[(1, "A"), (2, "B")]);
    assert_eq!((planned.known, planned.over, planned.strange), (vec![Some(1), Some(2), None], vec![], vec![]));
    // The answer of the third was lost.
    assert_eq!(of(&known, &[(1, "A"), (2, "B"), (9, "C")]).known, [Some(1), Some(2), Some(9)]);
    // Somebody's own is not taken for it, and goes only where ours are known.
    let planned = of(&known, &[(1, "A"), (2, "B"), (9, "other")]);
    assert_eq!((planned.known, planned.over, planned.strange), (vec![Some(1), Some(2), None], vec![], vec![9]));
    // A draft whose answers were lost, and goods that were there before.
    let none = BTreeMap::new();
    let planned = of(&none, &[(5, ""), (6, "x")]);
    assert_eq!((planned.known, planned.over, planned.strange), (vec![Some(5), Some(6), None], vec![], vec![]));
    let planned = of(&none, &[(5, ""), (6, ""), (7, ""), (8, "")]);
    assert_eq!((planned.known, planned.over, planned.strange), (vec![Some(5), Some(6), Some(7)], vec![], vec![]));
    // Wanted no more.
    let planned = plan(&[&b], &before(&known), &there(&[(1, "A"), (2, "B")]));
    assert_eq!((planned.known, planned.over, planned.strange), (vec![Some(2)], vec![1], vec![]));
    // They are those of another beginning.
    let planned = plan(&[&a, &b], &Before { replaces: true, ..before(&none) }, &there(&[(5, "A"), (6, "B")]));
    assert_eq!((planned.known, planned.over, planned.strange), (vec![None, None], vec![], vec![5, 6]));
}
