use std::path::PathBuf;

use entrepot_artifact::{FetchError, FetchOptions, Location, Requirement, Source, sha256_hex};

use crate::support::unsigned;

#[test]
fn what_people_write() {
    assert_eq!(Source::parse("a/b.wasm"), Ok(Source::File(PathBuf::from("a/b.wasm"))));
    let registry = |text: &str| match Source::parse(text) {
        Ok(Source::Registry { adapter, wanted }) => (adapter, wanted),
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(registry("registry:shop").1, Requirement::Highest);
    assert_eq!(registry("registry:shop@1.2.3").1, Requirement::Exactly("1.2.3".parse().unwrap()));
    assert_eq!(registry("registry:shop@^1.2").1, Requirement::Matching("^1.2".parse().unwrap()));
    let digest = format!("oci://localhost:5000/a/b@sha256:{}", "a1".repeat(32));
    for text in ["registry:shop", "registry:shop@1.2.3", "oci://reg.example/a/b:1.0", &digest] {
        assert_eq!(Source::parse(text).unwrap().to_string(), text);
    }
}

#[test]
fn what_names_nothing_is_refused() {
    for text in [
        "",
        "registry:",
        "registry:../x",
        "registry:shop@",
        "registry:shop@one",
        "https://x.example/a.wasm",
        "ftp://x/y",
        "oci://",
        "oci://shop:1.0",
        "oci://shop/a:1.0",
        "oci://reg.example/a",
        "oci://reg.example/a@sha256:12",
        "oci://reg.example/A:1",
        "oci://user@reg.example/a:1",
        "oci://reg.example/../a:1",
        "oci://reg.example:/a:1",
    ] {
        assert!(Source::parse(text).is_err(), "{text}");
    }
    for text in ["", "ftp://x.example/", "https://u:p@x.example/", "https://x.example/?a=b", "https://"] {
        assert!(text.parse::<Location>().is_err(), "{text}");
    }
    assert_eq!("https://x.example/reg".parse::<Location>().unwrap().to_string(), "https://x.example/reg/");
}

#[tokio::test]
async fn a_file_is_fetched_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let (file, bytes) = (folder.path().join("a.wasm"), unsigned("example", "1.0.0"));
    std::fs::write(&file, &bytes).unwrap();
    let source = Source::parse(&file.display().to_string()).unwrap();
    let fetched = source.fetch(&FetchOptions::default()).await.unwrap();
    assert_eq!((fetched.digest, &fetched.bytes), (sha256_hex(&bytes), &bytes));
    assert_eq!(fetched.pinned.reference, std::fs::canonicalize(&file).unwrap().display().to_string());

    let small = FetchOptions { most_bytes: bytes.len() - 1, ..FetchOptions::default() };
    assert!(matches!(source.fetch(&small).await, Err(FetchError::TooLarge { .. })));
    let missing = Source::File(folder.path().join("b.wasm")).fetch(&FetchOptions::default()).await;
    assert!(matches!(missing, Err(FetchError::File { .. })));
    let nowhere = Source::parse("registry:example").unwrap().fetch(&FetchOptions::default()).await;
    assert!(matches!(nowhere, Err(FetchError::NoRegistry)));
}
