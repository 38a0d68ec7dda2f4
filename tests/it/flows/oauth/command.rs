//! The command that waits for a browser, beside a host that serves; and that nothing secret is left anywhere.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use entrepot_test_support::server::visit;
use entrepot_test_support::shopify;
use entrepot_tests::oauth::catalogue;
use entrepot_tests::{App, Database, Entrepot, Marketplace, Running, SHOP};
use serde_json::json;

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}

/// The page at an address of plain HTTP.
fn get(url: &str) -> Option<String> {
    let (place, target) = url.strip_prefix("http://")?.split_once('/')?;
    let mut stream = TcpStream::connect(place).ok()?;
    let request = format!("GET /{target} HTTP/1.1\r\nHost: {place}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

async fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let patience = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(patience.elapsed() < Duration::from_secs(60), "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The address that a person is to open.
fn address_in(text: &str) -> Option<String> {
    text.lines().map(str::trim).find(|line| line.starts_with("https://") && line.contains("state=")).map(str::to_owned)
}

async fn said_address(running: &Running, text: impl Fn(&Running) -> String) -> String {
    until("an address to open", || address_in(&text(running))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_opens_the_address_and_the_command_tells_what_came_of_it() {
    let store = shopify::Store::from_seed(&catalogue());
    let options = store.options();
    let shop = Marketplace::shopify(&store).with_secrets(json!({}));
    let app = App::start(Database::Sqlite).await.ready_for(&shop).await;
    let port = free_port();
    let entrepot = Entrepot::new(app.environment.clone())
        .with("ENTREPOT_LISTEN", &format!("127.0.0.1:{port}"))
        .with("ENTREPOT_LOG", "debug");
    let settings = shop.settings();
    let pairs = [
        format!("shop={}", settings["shop"].as_str().unwrap_or_default()),
        format!("base_url={}", settings["base_url"].as_str().unwrap_or_default()),
        format!("client_id={}", options.client_id),
        format!("client_secret={}", options.client_secret),
    ];
    let [set_shop, set_url, id, secret] = pairs.each_ref().map(String::as_str);
    let mut words = vec!["channel", "connect", SHOP, "--adapter", "shopify", "--set", set_shop, "--set", set_url];
    words.extend(["--secret", id, "--secret", secret]);

    let alone = entrepot.run(&[words.clone(), vec!["--no-wait"]].concat());
    let (out, err) = (String::from_utf8_lossy(&alone.stdout), String::from_utf8_lossy(&alone.stderr));
    assert_eq!(alone.status.code(), Some(0), "{err}");
    assert!(address_in(&out).is_some() && out.contains(&format!("http://127.0.0.1:{port}/oauth/callback")), "{out}");
    assert!(err.contains("nobody answers") && err.contains("entrepot serve"), "{err}");

    let serving = entrepot.start(&["serve"]);
    let ready = format!("http://127.0.0.1:{port}/readyz");
    until("the host serves", || get(&ready).filter(|answer| answer.starts_with("HTTP/1.1 200"))).await;

    // The seller does not agree.
    let waiting = entrepot.start(&words);
    let address = said_address(&waiting, Running::printed).await;
    let state = address.split('&').find(|pair| pair.starts_with("state=")).unwrap_or_default().to_owned();
    let page = get(&format!("http://127.0.0.1:{port}/oauth/callback?error=access_denied&{state}")).expect("a page");
    assert!(page.contains("<h1>Not connected</h1>"), "{page}");
    let ended = waiting.end().await;
    assert!(ended.code == 1 && ended.stderr.contains("was not granted"), "{ended:?}");
    assert!(!ended.stderr.contains("nobody answers"), "{ended:?}");

    // The seller agrees.
    let waiting = entrepot.start(&[words.clone(), vec!["--json"]].concat());
    let address = said_address(&waiting, Running::said).await;
    let back = visit(&store, &address).header("Location").expect("a way back").to_owned();
    let page = get(&back).expect("a page");
    assert!(page.contains("<h1>Connected</h1>"), "{page}");
    let ended = waiting.end().await;
    let document = ended.document();
    assert_eq!((ended.code, document["state"].as_str(), document["name"].as_str()), (0, Some("done"), Some(SHOP)));
    let (code, tested) = entrepot.json(&["channel", "test", SHOP]);
    assert_eq!((code, tested["ok"].as_bool()), (0, Some(true)), "{tested}");
    let (code, again) = entrepot.json(&["channel", "reconnect", SHOP, "--no-wait"]);
    assert!(code == 0 && again["authorize_url"].as_str().is_some_and(|url| url.contains("state=")), "{again}");

    // What is left of all that.
    let url = back.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
    let value = |name: &str| url.split('&').find_map(|pair| pair.strip_prefix(name)).unwrap_or_default().to_owned();
    let scoped = app.host.db.tenant(&app.host.tenant);
    let channel = scoped.channel(SHOP).await.expect("answers").expect("the channel");
    let sealed = scoped.sealed_secrets(&channel.id.clone().into()).await.expect("answers");
    let keys = entrepot_vault::KeyRing::parse(
        app.environment.iter().find(|(name, _)| name == "ENTREPOT_MASTER_KEY").map_or("", |(_, key)| key),
    );
    let (opened, damaged) = entrepot_vault::OpenSecrets::open(
        &keys.expect("the master key"),
        app.host.tenant.as_str(),
        &channel.id,
        &sealed,
    );
    assert!(damaged.is_empty(), "they open: {damaged:?}");
    let mut secrets: Vec<String> = opened.into_clear().into_values().map(|secret| secret.expose().to_owned()).collect();
    assert_eq!(secrets.len(), 4, "the client's two and the tokens' two");
    secrets.retain(|secret| *secret != options.client_id);
    secrets.extend([value("code="), value("state="), value("hmac=")]);
    let said = serving.said();
    assert!(said.contains("the seller has connected a channel"), "{said}");
    let mut kept = Vec::new();
    for entry in std::fs::read_dir(app.data_dir()).expect("the data folder").flatten() {
        if entry.file_name().to_string_lossy().starts_with("entrepot.db") {
            kept.extend(std::fs::read(entry.path()).expect("the database"));
        }
    }
    for secret in secrets {
        assert!(secret.len() > 8, "{secret:?}");
        assert!(!said.contains(&secret), "it is in the log");
        assert!(!page.contains(&secret), "it is on the page");
        assert!(!kept.windows(secret.len()).any(|window| window == secret.as_bytes()), "it is in the database");
    }
}
