//! `cargo xtask test --contract`: Schemathesis holds a host against the document that it serves, signed in as each role, and as nobody. No
//! answer may be a 5xx, have a status that is not documented, or a body that is not as documented.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::host::Host;
use crate::process::{Profile, build_programs, free_port, run as run_command, status, target_dir};

const SCHEMATHESIS: &str = "schemathesis==4.32.5";
/// The host listens on this machine alone, and is gone afterwards.
const PASSWORD: &str = "held-against-its-document";
/// Address, and what makes them what they are.
const PEOPLE: [(&str, &[&str]); 5] = [
    ("owner@contract.example", &["--tenant", "default", "--as", "owner"]),
    ("seller@contract.example", &["--tenant", "default", "--as", "seller"]),
    ("viewer@contract.example", &["--tenant", "default", "--as", "viewer"]),
    ("operator@contract.example", &["--role", "operator"]),
    ("reviewer@contract.example", &["--role", "reviewer"]),
];
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";
/// What would end the session that asks.
const ENDS_IT: &str = "/auth/sign-out$|/me/password$|/me/sessions|/me$";
/// Of each operation.
const EXAMPLES: &str = "20";

pub(crate) fn run() -> Result<ExitCode> {
    build_programs(Profile::Dev)?;
    let folder = target_dir().join("contract");
    let program = schemathesis(&folder)?;
    let data = folder.join("data");
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    let port = free_port(0)?;
    let place = format!("127.0.0.1:{port}");
    let mut host = Host::new(Profile::Dev, &data.display().to_string(), "");
    host.env.retain(|(name, _)| name != "ENTREPOT_DATABASE_URL");
    let options = [
        ("ENTREPOT_LISTEN", place.clone()),
        ("ENTREPOT_PUBLIC_URL", format!("http://{place}")),
        ("ENTREPOT_WEB_REQUESTS_PER_MINUTE", "0".to_owned()),
        ("ENTREPOT_AUTH_ATTEMPTS_PER_MINUTE", "100000".to_owned()),
    ];
    host.env.extend(options.map(|(name, value)| (name.to_owned(), value)));
    run_command(host.command().arg("migrate"))?;
    for (email, roles) in PEOPLE {
        add(&host, email, roles)?;
    }
    let log = fs::File::create(folder.join("serve.log"))?;
    let serving = Serving(host.command().arg("serve").stdout(log.try_clone()?).stderr(log).spawn()?);
    let mut clean = true;
    for email in PEOPLE.iter().map(|(email, _)| Some(*email)).chain([None]) {
        eprintln!("xtask: the document, as {}", email.unwrap_or("nobody"));
        let mut command = Command::new(&program);
        command.current_dir(&folder).args(["run", &format!("http://{place}/api/v1/openapi.json")]);
        // Nobody makes up artifacts from a schema.
        command.args(["--exclude-name", "POST /api/v1/adapters"]);
        command.args(["--checks", CHECKS, "--max-examples", EXAMPLES, "--exclude-path-regex", ENDS_IT]);
        command.args(["--continue-on-failure", "--warnings", "off", "--request-timeout", "30"]);
        if let Some(email) = email {
            command.args(["--header", &format!("Authorization: Bearer {}", token(&place, email)?)]);
        }
        clean &= status(&mut command)?.success();
    }
    drop(serving);
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The program, in an environment of its own.
fn schemathesis(folder: &Path) -> Result<std::path::PathBuf> {
    let program = folder.join("venv/bin/schemathesis");
    if !program.is_file() {
        run_command(Command::new("python3").args(["-m", "venv"]).arg(folder.join("venv")))
            .context("the contract is tested by Schemathesis, which needs python3 with venv")?;
        run_command(Command::new(folder.join("venv/bin/pip")).args(["install", "--quiet", SCHEMATHESIS]))?;
    }
    Ok(program)
}

fn add(host: &Host, email: &str, roles: &[&str]) -> Result<()> {
    let mut command = host.command();
    command.args(["user", "add", email, "--password-stdin"]).args(roles);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        writeln!(stdin, "{PASSWORD}")?;
    }
    ensure!(child.wait()?.success(), "entrepot user add {email} failed; see above");
    Ok(())
}

/// What a sign-in gives. The host may still be starting.
fn token(place: &str, email: &str) -> Result<String> {
    let body = serde_json::json!({"email": email, "password": PASSWORD}).to_string();
    let request = format!(
        "POST /api/v1/auth/sign-in HTTP/1.1\r\nHost: {place}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    for _ in 0..100 {
        if let Ok(mut stream) = TcpStream::connect(place) {
            let mut answer = String::new();
            stream.write_all(request.as_bytes())?;
            stream.read_to_string(&mut answer)?;
            let text = answer.split_once("\r\n\r\n").map_or("", |(_, text)| text);
            let signed_in: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
            let token = signed_in["tokens"]["access_token"].as_str();
            return token.map(str::to_owned).with_context(|| format!("{email} is not signed in: {answer}"));
        }
        sleep(Duration::from_millis(100));
    }
    anyhow::bail!("the host does not answer at {place}; see target/contract/serve.log")
}

struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
