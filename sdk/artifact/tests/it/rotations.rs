use entrepot_artifact::{Rotation, RotationError, SecretKey};

use crate::support::key;

#[test]
fn the_old_key_names_the_new_one() {
    let (old, new) = (key(), key());
    let made = Rotation::new(&old, &new.public(), 1_772_366_400).unwrap();
    let read = Rotation::parse(&format!("{made}\n")).unwrap();
    assert_eq!(read, made);
    assert_eq!(read.verify(&old.public()), Ok(&new.public()));
    assert_eq!((read.publisher(), read.at()), ("acme", 1_772_366_400));
}

#[test]
fn nobody_else_can() {
    let (old, new, thief) = (key(), key(), key());
    let text = Rotation::new(&old, &new.public(), 7).unwrap().to_string();
    let parts: Vec<&str> = text.split(':').collect();
    let with = |at: usize, part: &str| {
        let mut parts = parts.clone();
        parts[at] = part;
        Rotation::parse(&parts.join(":"))
    };
    let theirs = thief.public().to_string();
    let theirs = theirs.rsplit(':').next().unwrap();
    assert_eq!(with(3, theirs).unwrap().verify(&old.public()), Err(RotationError::Forged));
    assert_eq!(with(4, "8").unwrap().verify(&old.public()), Err(RotationError::Forged));
    assert!(matches!(with(1, "other").unwrap().verify(&old.public()), Err(RotationError::OtherKey { .. })));
    assert!(matches!(with(2, theirs).unwrap().verify(&old.public()), Err(RotationError::OtherKey { .. })));
    assert_eq!(with(2, theirs).unwrap().verify(&thief.public()), Err(RotationError::Forged));
    for at in 0..parts.len() {
        assert_eq!(with(at, "!").unwrap_err(), RotationError::Malformed);
    }
    assert_eq!(Rotation::new(&old, &old.public(), 7), Err(RotationError::SameKey));
    let other = SecretKey::generate("other").unwrap().public();
    assert!(matches!(Rotation::new(&old, &other, 7), Err(RotationError::OtherPublisher { .. })));
}

#[test]
fn trust_follows_statements_and_nothing_else() {
    let [first, second, third, stranger] = [key(), key(), key(), key()];
    let one = Rotation::new(&first, &second.public(), 1).unwrap();
    let two = Rotation::new(&second, &third.public(), 2).unwrap();
    let odd = Rotation::new(&stranger, &key().public(), 3).unwrap();
    let all = [two.clone(), odd, one];
    assert_eq!(Rotation::follow(&[first.public()], &all), [first.public(), second.public(), third.public()]);
    assert_eq!(Rotation::follow(&[third.public()], &all), [third.public()], "and never backwards");
    // A statement with the signature of another one leads nowhere.
    let forged = two.to_string();
    let forged = forged.replace(forged.rsplit(':').next().unwrap(), all[2].to_string().rsplit(':').next().unwrap());
    assert_eq!(Rotation::follow(&[second.public()], &[Rotation::parse(&forged).unwrap()]), [second.public()]);
}
