use super::*;

const PLACE: Place<'_> = Place { tenant: "ten_a", table: "t", row: "r", column: "c" };

#[test]
fn opens_only_where_it_was_sealed() {
    let ring = KeyRing::generate();
    let sealed = ring.seal(&PLACE, "cs_secret").expect("seals");
    assert!(!sealed.windows(9).any(|window| window == b"cs_secret"));
    for other in [
        Place { tenant: "ten_b", ..PLACE },
        Place { table: "u", ..PLACE },
        Place { row: "rc", column: "", ..PLACE },
        Place { column: "d", ..PLACE },
    ] {
        assert!(matches!(ring.open(&other, &sealed), Err(VaultError::DoesNotOpen { .. })));
    }
}

#[test]
fn an_old_key_still_opens_after_a_new_one_was_put_first() {
    let old = KeyRing::generate();
    let sealed = old.seal(&PLACE, "value").expect("seals");
    let both = KeyRing::parse(&format!("{},{}", *KeyRing::generate().to_text(), *old.to_text())).expect("parses");
    assert_eq!(both.open(&PLACE, &sealed).expect("opens").expose(), "value");
    assert!(matches!(KeyRing::generate().open(&PLACE, &sealed), Err(VaultError::UnknownKey { .. })));
}

#[test]
fn a_wrong_key_of_the_same_name_says_so() {
    let ring = KeyRing::parse(&format!("k1:{}", STANDARD.encode([1; 32]))).expect("parses");
    let wrong = KeyRing::parse(&format!("k1:{}", STANDARD.encode([2; 32]))).expect("parses");
    let sealed = ring.seal(&PLACE, "value").expect("seals");
    assert!(matches!(wrong.open(&PLACE, &sealed), Err(VaultError::DoesNotOpen { .. })));
}

#[test]
fn cut_or_changed_bytes_never_open() {
    let ring = KeyRing::generate();
    let sealed = ring.seal(&PLACE, "value").expect("seals");
    for end in 0..sealed.len() {
        assert!(ring.open(&PLACE, &sealed[..end]).is_err());
    }
    for index in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[index] ^= 1;
        assert!(ring.open(&PLACE, &changed).is_err(), "byte {index}");
    }
}

#[test]
fn checks_prove_a_key_and_tell_nothing() {
    let ring = KeyRing::parse(&format!("k1:{}", STANDARD.encode([1; 32]))).expect("parses");
    let wrong = KeyRing::parse(&format!("k1:{}", STANDARD.encode([2; 32]))).expect("parses");
    let checks = ring.checks().expect("derives");
    assert_eq!((checks[0].0.as_str(), checks[0].1.len()), ("k1", 64));
    assert_ne!(checks, wrong.checks().expect("derives"));
    assert_eq!(checks, KeyRing::parse(&ring.to_text()).expect("parses").checks().expect("derives"));
}

#[test]
fn derived_keys_differ_by_purpose_and_by_master_key() {
    let ring = KeyRing::generate();
    let again = KeyRing::parse(&ring.to_text()).expect("parses");
    let derive = |ring: &KeyRing, purpose| *ring.derive(purpose).expect("derives");
    assert_eq!(derive(&ring, "a"), derive(&again, "a"), "the same at every start");
    assert_ne!(derive(&ring, "a"), derive(&ring, "b"));
    assert_ne!(derive(&ring, "a"), derive(&KeyRing::generate(), "a"));
    assert_ne!(derive(&ring, "a"), *ring.all()[0].root);
    let rotated = KeyRing::parse(&format!("{},{}", *KeyRing::generate().to_text(), *ring.to_text()));
    assert_ne!(derive(&rotated.expect("parses"), "a"), derive(&ring, "a"));
}

#[test]
fn bad_key_texts_are_refused_without_being_shown() {
    for text in ["", "abc", "k:AAAA", ":AAAA", "k1:not base64!"] {
        let error = KeyRing::parse(text).expect_err(text).to_string();
        assert!(error.contains("entrepot key new"), "{error}");
    }
}

#[test]
fn keys_that_come_later_are_found_where_they_are_needed() {
    let (old, new) = (KeyRing::generate(), KeyRing::generate());
    let both = format!("{},{}", *new.to_text(), *old.to_text());
    let (given, stranger) = (both.clone(), KeyRing::generate().to_text().to_string());
    let ring = KeyRing::parse(&old.to_text()).expect("parses").with_source(move || Some(Zeroizing::new(given.clone())));
    let sealed = new.seal(&PLACE, "value").expect("seals");
    assert_eq!(ring.open(&PLACE, &sealed).expect("opens").expose(), "value");
    assert_eq!(ring.ids(), KeyRing::parse(&both).expect("parses").ids(), "and the new one seals from now on");
    assert!(!ring.refresh(), "they are known");
    let ring =
        KeyRing::parse(&old.to_text()).expect("parses").with_source(move || Some(Zeroizing::new(stranger.clone())));
    assert!(!ring.refresh(), "another host's keys are not taken");
    assert_eq!(ring.ids(), old.ids());
}
