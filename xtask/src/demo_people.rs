//! Somebody of each role, to sign in to the demonstration's pages as.

use std::io::Write as _;
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::host::Host;

/// The demonstration listens on this machine alone, and knows nobody's goods.
const PASSWORD: &str = "look-around-the-demo";

/// Address, and what makes them what they are.
const PEOPLE: [(&str, &[&str]); 3] = [
    ("seller@demo.example", &["--tenant", "default", "--as", "owner"]),
    ("operator@demo.example", &["--role", "operator"]),
    ("reviewer@demo.example", &["--role", "reviewer"]),
];

/// Makes them, and says how they sign in.
pub(crate) fn invite(host: &Host, listen: &str) -> Result<()> {
    println!("\nto see it in a browser: http://{listen}/   (password of each: {PASSWORD})");
    for (email, roles) in PEOPLE {
        add(host, email, roles)?;
    }
    println!("  seller@demo.example      connects shops, looks at products, tries again what failed");
    println!("  operator@demo.example    installs, approves and revokes adapters");
    println!("  reviewer@demo.example    sees what each adapter may do and did, and nothing of the shops");
    println!(
        "three things to click: a run, to see it counted to the last item; a product, to see it as it came; Adapters, WooCommerce"
    );
    Ok(())
}

fn add(host: &Host, email: &str, roles: &[&str]) -> Result<()> {
    let mut command = host.command();
    command.args(["user", "add", email, "--password-stdin"]).args(roles);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("entrepot user add cannot be started")?;
    if let Some(mut stdin) = child.stdin.take() {
        writeln!(stdin, "{PASSWORD}")?;
    }
    let ended = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&ended.stderr);
    // Of a database that was given and has seen a demonstration, they are there already.
    if !ended.status.success() && !said.contains("already") {
        bail!("entrepot user add {email}: {said}");
    }
    Ok(())
}
