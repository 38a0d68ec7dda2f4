//! What searching answers for a channel's secrets costs: ordinary secrets, and the most and the worst that a channel can have.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Result, anyhow};
use entrepot_domain::Secret;
use entrepot_domain::secret::LONGEST_SECRET;
use entrepot_egress::{Egress, EgressOptions, SessionSpec};
use entrepot_policy::{BoundGrant, Grant, Manifest, Settings};
use entrepot_vault::OpenSecrets;
use serde_json::{Value, json};

const MOST: usize = 64;
const TEXT: usize = 4 << 20;
const HEAD: &str = r#"
id = "bench"
name = "Bench"
publisher = "entrepot"
version = "0.1.0"
world = "entrepot:adapter@0.1.1"
"#;

pub(crate) async fn measure() -> Result<Vec<Value>> {
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |length: usize| -> String {
        let mut letter = || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            char::from(b'A' + (seed % 26) as u8)
        };
        (0..length).map(|_| letter()).collect()
    };
    let usual: Vec<String> = (0..3).map(|_| random(43)).collect();
    let most: Vec<String> = (0..MOST).map(|_| random(LONGEST_SECRET)).collect();
    let alike: Vec<String> = (0..MOST).map(|n| format!("{}b", "a".repeat(LONGEST_SECRET - 1 - n))).collect();
    let item = r#"{"id":4711,"name":"Caf\u00e9","html":"<p>more<\/p>\n &amp; more","url":"https:\/\/shop.example\/a","price":"1.50"},"#;
    let page = item.repeat(TEXT / item.len());
    let repeated = "a".repeat(TEXT);
    let mut lines = Vec::new();
    for (what, secrets) in [("3 of 43 bytes", usual), ("64 of 4 KiB, random", most), ("64 of 4 KiB, alike", alike)] {
        let begun = Instant::now();
        let cleaner = cleaner(&secrets).await?;
        let made = begun.elapsed();
        let per_byte = |text: &str| {
            let begun = Instant::now();
            let _ = cleaner.clean(text);
            begun.elapsed().as_nanos() as f64 / text.len() as f64
        };
        lines.push(json!({
            "secrets": what, "made_ms": made.as_secs_f64() * 1e3,
            "page_ns": per_byte(&page), "repeated_ns": per_byte(&repeated),
        }));
    }
    Ok(lines)
}

async fn cleaner(secrets: &[String]) -> Result<entrepot_egress::Cleaner> {
    let field = |n: usize| format!("[secrets.s{n}]\ntitle = \"s\"\n");
    let text = format!("{HEAD}{}", (0..secrets.len()).map(field).collect::<String>());
    let manifest = Manifest::parse(&text)?;
    let bound = BoundGrant::bind(&Grant::as_requested(&manifest, "bench"), &manifest, &Settings::new())?;
    let named = secrets.iter().enumerate().map(|(n, secret)| (format!("s{n}"), Secret::new(secret.as_str())));
    let secrets = OpenSecrets::from_clear(named);
    let egress = Egress::new(EgressOptions::default())?;
    let session = egress.session(SessionSpec::new("chn_bench", Arc::new(bound), Arc::new(secrets)));
    session.cleaner().await.map_err(|failure| anyhow!("{failure}"))
}
