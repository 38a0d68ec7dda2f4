//! Compiling apart from the host, and only once.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use entrepot_policy::Approval;
use entrepot_tests::{App, Database, Entrepot, adapters_folder, both_engines, entrepot_program};

/// The same adapter under other ids of the same length: other bytes, other digests. One that is soon compiled.
fn renamed(number: u32) -> (String, Vec<u8>) {
    let (from, id) = (b"id = \"hostile\"", format!("host{number:03}"));
    let mut bytes = std::fs::read(adapters_folder().join("hostile.wasm")).expect("the built guest");
    let at = bytes.windows(from.len()).position(|window| window == from).expect("the manifest's first line");
    bytes[at..at + from.len()].copy_from_slice(format!("id = \"{id}\"").as_bytes());
    (id, bytes)
}

#[both_engines]
async fn what_was_installed_is_not_compiled_again(app: App) {
    app.install().await;
    // A host whose compiler does nothing can only use what was kept.
    let next = app.reopen_with(&[], "/bin/false").await.expect("opens");
    next.app.services.admission().active("woocommerce").await.map(drop).expect("out of the cache");
    // Code that was authenticated with another master key than the one in use is not ours.
    let new = entrepot_vault::KeyRing::generate().to_text().to_string();
    let key = format!("{new},{}", app.master_key());
    let stranger = app.reopen_with(&[("ENTREPOT_MASTER_KEY", &key)], "/bin/false").await.expect("opens");
    let refused = stranger.app.services.admission().active("woocommerce").await.map(drop).expect_err("nothing to use");
    assert!(refused.to_string().contains("the compiler died"), "{refused}");
}

#[both_engines]
async fn without_its_cache_a_host_compiles_again(app: App) {
    app.install().await;
    let folder = app.host.config.compiled_folder();
    assert!(folder.starts_with(app.data_dir()));
    std::fs::remove_dir_all(&folder).expect("it was there");
    let next = app.reopen().await;
    next.app.services.admission().active("woocommerce").await.map(drop).expect("compiled");
    assert_eq!(std::fs::read_dir(&folder).expect("there again").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adapter_that_takes_too_long_holds_up_nobody() {
    let app = App::start(Database::Sqlite).await;
    app.install().await;
    let options = [("ENTREPOT_COMPILE_SECONDS", "2"), ("ENTREPOT_COMPILE_AT_ONCE", "1")];
    // The program gets the host's words for the compiler as its own, and cannot make sense of them fast: it sleeps.
    let script = app.data_dir().join("sleeper");
    std::fs::write(&script, "#!/bin/sh\nexec sleep 100\n").expect("written");
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o700)).expect("executable");
    let host = app.reopen_with(&options, &script.display().to_string()).await.expect("opens");
    let admission = host.app.services.admission().clone();
    let slow = tokio::spawn(async move { admission.install(renamed(1).1, "test").await.map(drop) });
    let begun = Instant::now();
    while !slow.is_finished() {
        host.app.services.admission().active("woocommerce").await.map(drop).expect("served meanwhile");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(begun.elapsed() > Duration::from_secs(1), "it was slow");
    let refused = slow.await.expect("no panic").expect_err("stopped");
    assert!(
        refused.to_string().contains("longer than 2 s") && refused.to_string().contains("ENTREPOT_COMPILE_SECONDS"),
        "{refused}"
    );
}

/// How long a host with a warm cache needs for 20 adapters: printed, since it depends on the machine.
#[tokio::test(flavor = "multi_thread")]
async fn twenty_adapters_are_ready_soon() {
    let app = App::start(Database::Sqlite).await;
    let admission = app.host.app.services.admission();
    let ids: Vec<String> = (0..20).map(|number| renamed(number).0).collect();
    let begun = Instant::now();
    let install = |number| async move {
        let (id, bytes) = renamed(number);
        admission.install(bytes, "test").await.expect("installs");
        admission.approve(&id, Approval::default(), "test").await.expect("approved");
    };
    for number in (0..20).step_by(2) {
        tokio::join!(install(number), install(number + 1));
    }
    let cold = begun.elapsed();
    let begun = Instant::now();
    let next = app.reopen_with(&[], "/bin/false").await.expect("opens");
    let opened = begun.elapsed();
    for id in &ids {
        next.app.services.admission().active(id).await.map(drop).expect("out of the cache");
    }
    println!(
        "20 adapters: compiled and installed in {cold:?}; the next host opens in {opened:?} and has all of them after {:?}",
        begun.elapsed()
    );
}

/// The process that compiles, as the real program starts it.
#[test]
fn the_compiler_knows_nothing_of_the_host() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = entrepot_vault::KeyRing::generate().to_text().to_string();
    let url = format!("sqlite://{}/entrepot.db", folder.path().display());
    let entrepot = Entrepot::new(vec![
        ("ENTREPOT_DATABASE_URL".into(), url),
        ("ENTREPOT_DATA_DIR".into(), folder.path().display().to_string()),
        ("ENTREPOT_MASTER_KEY".into(), key.clone()),
    ]);
    let wasm = adapters_folder().join("woocommerce.wasm").display().to_string();
    let mut host = entrepot.command(&["adapter", "install", &wasm]).stdout(Stdio::null()).spawn().expect("starts");
    let compiler = compiler_of(&mut host);
    let (environ, limits) = (compiler.join("environ"), compiler.join("limits"));
    let environment = std::fs::read(environ).expect("it is at work");
    assert!(
        std::fs::read(format!("/proc/{}/environ", host.id()))
            .expect("the host")
            .windows(key.len())
            .any(|w| w == key.as_bytes())
    );
    assert_eq!(String::from_utf8_lossy(&environment), "");
    // The limits are the first thing it sets, but we may be faster.
    let patience = Instant::now();
    loop {
        let limits = std::fs::read_to_string(&limits).expect("it is at work");
        let soft = |name: &str| {
            let line = limits.lines().find_map(|line| line.strip_prefix(name)).expect("a known limit");
            line.split_whitespace().next().unwrap_or_default().to_owned()
        };
        if soft("Max open files") == "0" {
            assert_eq!(soft("Max address space"), (1_u64 << 30).to_string());
            assert_eq!(
                (soft("Max cpu time"), soft("Max file size"), soft("Max core file size")),
                ("62".into(), "0".into(), "0".into())
            );
            assert_eq!(soft("Max processes"), "0");
            break;
        }
        assert!(patience.elapsed() < Duration::from_secs(30), "{limits}");
    }
    assert!(host.wait().expect("it ends").success());
}

/// The folder in /proc of the process that `host` compiles in.
fn compiler_of(host: &mut Child) -> PathBuf {
    loop {
        assert!(host.try_wait().expect("a child").is_none(), "it is still at work");
        for entry in std::fs::read_dir("/proc").expect("Linux").flatten() {
            let path = entry.path();
            let status = std::fs::read_to_string(path.join("status")).unwrap_or_default();
            let ours =
                status.lines().any(|line| line.strip_prefix("PPid:").map(str::trim) == Some(&host.id().to_string()));
            // Before exec it is a copy of its parent, name, environment and all.
            let command = std::fs::read(path.join("cmdline")).unwrap_or_default();
            if ours && String::from_utf8_lossy(&command).contains("compile-component") {
                return path;
            }
        }
    }
}

/// Started by hand, with something open that the host did not open: it is closed before a byte is read.
#[test]
fn the_compiler_closes_what_it_did_not_ask_for() {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "exec 9</dev/null; exec \"$0\" compile-component --memory 1073741824 --seconds 10"]);
    let mut compiler = command
        .arg(entrepot_program())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let folder = format!("/proc/{}", compiler.id());
    while !std::fs::read_to_string(format!("{folder}/limits"))
        .unwrap_or_default()
        .contains("Max open files            0 ")
    {
        assert!(compiler.try_wait().expect("a child").is_none(), "it waits for a component");
    }
    let mut open: Vec<String> = std::fs::read_dir(format!("{folder}/fd"))
        .expect("there")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    open.sort();
    assert_eq!(open, ["0", "1", "2"]);
    drop(compiler.stdin.take());
    let said = BufReader::new(compiler.stderr.take().expect("piped")).lines().next();
    assert!(said.is_some_and(|line| line.is_ok()), "an empty component is refused with a reason");
    assert_eq!(compiler.wait().expect("ends").code(), Some(65));
}
