use std::os::unix::fs::PermissionsExt as _;

use entrepot_artifact::{KeyError, PublicKey, SecretKey};

use crate::support::key;

#[test]
fn a_public_key_is_one_token() {
    let key = key().public();
    let text = key.to_string();
    assert!(text.starts_with("entrepot-ed25519:acme:") && text.len() == 22 + 43);
    assert_eq!(text.parse::<PublicKey>().unwrap(), key);
    assert!(key.id().len() == 16 && key.id().bytes().all(|byte| byte.is_ascii_hexdigit()));
}

#[test]
fn what_is_no_key_is_refused() {
    let text = key().public().to_string();
    let weak = format!("entrepot-ed25519:acme:{}", "A".repeat(43));
    for bad in [
        "",
        "entrepot-ed25519",
        "entrepot-ed25519:acme:",
        &text[..60],
        &format!("{text}A"),
        &weak,
        &text.replace("acme", "../x"),
    ] {
        assert!(bad.parse::<PublicKey>().is_err(), "{bad}");
    }
    for publisher in ["", "Acme", "a/b", "a..b", ".a", "a:b", &"a".repeat(64)] {
        assert!(matches!(SecretKey::generate(publisher), Err(KeyError::Publisher(_))), "{publisher:?}");
    }
}

#[test]
fn a_secret_key_stays_secret() {
    let folder = tempfile::tempdir().unwrap();
    let (file, key) = (folder.path().join("k"), key());
    key.save_new(&file).unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(SecretKey::load(&file).unwrap().public(), key.public());
    assert!(matches!(key.save_new(&file), Err(KeyError::Exists(_))), "a key is never written over");

    let text = std::fs::read_to_string(&file).unwrap();
    let secret = text.trim().rsplit(':').next().unwrap();
    assert!(text.starts_with("entrepot-ed25519-secret:acme:") && secret.len() == 43);
    assert_eq!(format!("{key:?}"), "SecretKey(…)");
    // Somebody who mistakes one for the other must not find it in a log.
    let mistaken = text.parse::<PublicKey>().unwrap_err();
    assert!(matches!(mistaken, KeyError::SecretAsPublic) && !format!("{mistaken} {mistaken:?}").contains(secret));

    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(SecretKey::load(&file), Err(KeyError::OpenToOthers(_))));
    assert!(matches!(SecretKey::parse("entrepot-ed25519-secret:acme:xx"), Err(KeyError::NotSecret)));
}
