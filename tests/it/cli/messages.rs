//! Messages of commands.

use entrepot_tests::{App, Database, Entrepot};

#[tokio::test(flavor = "multi_thread")]
async fn messages_say_a_thing_once() {
    let app = App::start(Database::Sqlite).await;
    let folder = app.data_dir().join("file");
    std::fs::write(&folder, "no folder").expect("written");
    let inside = folder.join("inside");
    for (what, entrepot) in [
        (
            "a data folder in a file",
            Entrepot::new(app.environment.clone()).with("ENTREPOT_DATA_DIR", &inside.display().to_string()),
        ),
        (
            "a database in a file",
            Entrepot::new(app.environment.clone())
                .with("ENTREPOT_DATABASE_URL", &format!("sqlite://{}", inside.display())),
        ),
        ("a wrong key", Entrepot::new(app.environment.clone()).with("ENTREPOT_MASTER_KEY", "k1:nothing")),
    ] {
        let output = entrepot.run(&["channel", "list"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{what}: {said}");
        let line = said.lines().last().unwrap_or_default();
        let parts: Vec<&str> = line.split(": ").map(str::trim).filter(|part| part.len() > 10).collect();
        let twice = parts.iter().enumerate().find(|(at, part)| parts[..*at].contains(part));
        assert!(twice.is_none(), "{what} says {twice:?} twice: {line}");
    }
}
