//! Artifacts at the door: what they claim against what they are.

use anyhow::Result;
use entrepot_adapters::{Admission, AdmissionOptions, MANIFEST_SECTION, MacKeys};
use entrepot_domain::Clock;
use entrepot_policy::Approval;
use entrepot_store::Db;

use crate::forge::{Forged, with_modules, with_section};
use crate::neighbour::beside;
use crate::row::Row;
use crate::stage::{MANIFEST, Stage};

pub(crate) async fn all() -> Vec<Row> {
    match rows().await {
        Ok(rows) => rows,
        Err(error) => panic!("{error:#}"),
    }
}

async fn rows() -> Result<Vec<Row>> {
    let stage = Stage::set().await?;
    let folder = tempfile::tempdir()?;
    let db = Db::connect(&format!("sqlite://{}/hostile.db", folder.path().display()), Clock::System).await?;
    db.migrate().await?;
    let admission = Admission::new(
        db,
        stage.sandbox.clone(),
        AdmissionOptions {
            audit_keys: MacKeys::new(vec![("test".into(), Default::default())]),
            row_keys: MacKeys::new(vec![("test".into(), Default::default())]),
            ceilings: Default::default(),
            allow_loopback: true,
            require_signatures: false,
        },
    );
    let bare = Forged::default().component()?;
    let with = |manifest: &str| with_section(bare.clone(), MANIFEST_SECTION, manifest.as_bytes());
    let modest = MANIFEST.replace("\"check\", \"fetch-page\", \"fetch-stock\"", "\"check\"");
    let inner = format!("(module (@custom \"{MANIFEST_SECTION}\" \"id = 1\"))");
    let mut rows = Vec::new();
    for (case, bytes, must) in [
        ("no manifest", bare.clone(), "carries no manifest"),
        ("a manifest in an inner module only", with_modules(bare.clone(), 1, &inner)?, "carries no manifest"),
        ("two manifests", with_section(with(&modest), MANIFEST_SECTION, modest.as_bytes()), "more than one manifest"),
        (
            "a manifest that is not UTF-8",
            with_section(bare.clone(), MANIFEST_SECTION, b"\xff\xfe"),
            "it is not UTF-8 text",
        ),
        ("a manifest of 1 MiB", with(&" ".repeat(1 << 20)), "more than the 256 KiB"),
        ("a manifest with an unknown key", with(&format!("allow_everything = true\n{modest}")), "allow_everything"),
        ("an unknown key in a rule", with(&modest.replace("redirects = 2", "redirects = 2\nhosts = [\"*\"]")), "hosts"),
        ("an unknown limit", with(&format!("{modest}\n[limits]\nram = \"1GiB\"")), "ram"),
        ("a manifest that is no TOML", with("{"), "adapter.toml"),
        ("a rule for every host", with(&modest.replace("\"{base_url}\"", "\"https://*\"")), "adapter.toml"),
        ("a rule for map-product", with(&modest.replace("[\"check\"]", "[\"map-product\"]")), "pure"),
        ("an operation that is not exported", with(MANIFEST), "fetch-page, which the component does not export"),
        ("another world", with(&modest.replace("adapter@0.1.1", "adapter@0.9.0")), "0.9.0"),
        // The compiler makes it, and the loader does not take it: the artifact's fault, and no failure of the host.
        (
            "a memory that no host has",
            with_section(
                Forged { pages: 20_000, ..Forged::default() }.component()?,
                MANIFEST_SECTION,
                modest.as_bytes(),
            ),
            "more than any adapter gets here",
        ),
        ("what is right is installed", with(&modest), "installed, not there before"),
        ("the very same again", with(&modest), "installed, there already"),
        (
            "the same version with other bytes",
            with_section(with(&modest), "other", b"bytes"),
            "installed already with other bytes",
        ),
        ("the same version, built anew", stage.bytes.clone(), "installed already with other bytes"),
    ] {
        let work = async {
            match admission.install(bytes, "tests").await {
                Ok(installed) if installed.already => "installed, there already".to_owned(),
                Ok(_) => "installed, not there before".to_owned(),
                Err(error) if error.is_of_the_host() => format!("the host failed: {error}"),
                Err(error) => error.to_string(),
            }
        };
        rows.push(beside(&stage, case, must, work).await);
    }
    for (case, id, approve, must) in [
        ("used before it is approved", "hostile", false, "is installed and not approved"),
        ("used and never installed", "nobody", false, "there is no adapter"),
        ("approved, it is in use", "hostile", true, "generation 1"),
    ] {
        let work = async {
            if approve && let Err(error) = admission.approve(id, Approval::default(), "tests").await {
                return error.to_string();
            }
            match admission.active(id).await {
                Ok(generation) => format!("generation {}", generation.number),
                Err(error) => error.to_string(),
            }
        };
        rows.push(beside(&stage, case, must, work).await);
    }
    Ok(rows)
}
