//! A PostgreSQL server for as long as it is needed, in a folder that is then deleted.

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::unistd::{User, geteuid};
use tempfile::TempDir;

use crate::process::{find, free_port, output, status};

/// Holds the server and outlives whoever started it: when its standard input ends, however that came about (Ctrl-C and kill
/// included), the server is stopped and the folder deleted.
const KEEPER: &str = r#"
"$1/postgres" -D "$2/data" -k "$2" -p "$3" -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off \
    -c full_page_writes=off -c max_connections=400 >"$2/log" 2>&1 </dev/null &
server=$!
cat >/dev/null
kill -INT "$server" 2>/dev/null
wait "$server"
cd / && rm -rf "$2"
"#;
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Postgres {
    keeper: Child,
    programs: PathBuf,
    port: u16,
    /// After the keeper: it deletes what is left.
    folder: TempDir,
}

impl Postgres {
    pub(crate) fn start() -> Result<Self> {
        let programs = programs()?;
        let user = server_user()?;
        let folder = tempfile::Builder::new().prefix("entrepot-pg-").tempdir().context("no temporary folder")?;
        if let Some(user) = &user {
            chown(folder.path(), Some(user.uid.as_raw()), Some(user.gid.as_raw()))?;
        }
        let as_user = |command: &mut Command| {
            command.current_dir(folder.path());
            if let Some(user) = &user {
                command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
            }
        };
        let mut initdb = Command::new(programs.join("initdb"));
        initdb
            .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N", "-D"])
            .arg(folder.path().join("data"));
        as_user(&mut initdb);
        output(&mut initdb)?;

        let port = free_port(0)?;
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "keeper"]).arg(&programs).arg(folder.path()).arg(port.to_string());
        as_user(&mut keeper);
        // A process group of its own: Ctrl-C on the terminal is not for it.
        let keeper = keeper.stdin(Stdio::piped()).process_group(0).spawn().context("sh cannot be started")?;
        let server = Self { keeper, programs, port, folder };
        server.wait_until_ready()?;
        eprintln!("PostgreSQL is running on 127.0.0.1:{port} ({})", server.programs.display());
        Ok(server)
    }

    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes an empty database and gives its URL.
    pub(crate) fn create(&self, database: &str) -> Result<String> {
        let port = self.port.to_string();
        output(Command::new(self.programs.join("createdb")).args([
            "-h",
            "127.0.0.1",
            "-U",
            "postgres",
            "-p",
            &port,
            database,
        ]))?;
        Ok(self.url(database))
    }

    fn wait_until_ready(&self) -> Result<()> {
        let begun = Instant::now();
        let port = self.port.to_string();
        loop {
            let mut ask = Command::new(self.programs.join("pg_isready"));
            if output(ask.args(["-q", "-h", "127.0.0.1", "-U", "postgres", "-p", &port])).is_ok() {
                return Ok(());
            }
            let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            if begun.elapsed() > PATIENCE || log.contains("FATAL:  ") && !log.contains("starting up") {
                bail!("PostgreSQL does not start:\n{}", log.trim());
            }
            sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        if let Err(error) = self.keeper.wait() {
            eprintln!("PostgreSQL in {} was not waited for: {error}", self.folder.path().display());
        }
    }
}

/// The server refuses to run as root. None: we are nobody special and run it ourselves.
fn server_user() -> Result<Option<User>> {
    if !geteuid().is_root() {
        return Ok(None);
    }
    for name in ["postgres", "nobody"] {
        if let Some(user) = User::from_name(name)? {
            return Ok(Some(user));
        }
    }
    bail!("PostgreSQL does not run as root, and there is no user postgres or nobody to run it as")
}

/// The folder with `initdb` and its like; installed where that is possible without asking.
fn programs() -> Result<PathBuf> {
    if let Some(folder) = search() {
        return Ok(folder);
    }
    if Path::new("/etc/debian_version").exists() && geteuid().is_root() {
        let apt = || {
            let mut command = Command::new("apt-get");
            command.env("DEBIAN_FRONTEND", "noninteractive").arg("-q");
            command
        };
        status(apt().arg("update"))?;
        status(apt().args(["install", "-y", "--no-install-recommends", "postgresql"]))?;
    }
    search().context(
        "PostgreSQL is missing: install its server (initdb, postgres), or set ENTREPOT_TEST_POSTGRES_URL to a running one",
    )
}

fn search() -> Option<PathBuf> {
    let told = output(Command::new("pg_config").arg("--bindir")).ok().map(|text| PathBuf::from(text.trim()));
    // Debian keeps versions side by side and none of them on the path; the newest counts.
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort();
    let on_path =
        find("initdb").and_then(|path| fs::canonicalize(path).ok()).and_then(|path| Some(path.parent()?.to_owned()));
    let newest_first = versions.into_iter().rev().map(|(_, folder)| folder);
    let complete =
        |folder: &PathBuf| ["initdb", "postgres", "pg_isready"].iter().all(|name| folder.join(name).exists());
    told.into_iter().chain(newest_first).chain(on_path).find(complete)
}
