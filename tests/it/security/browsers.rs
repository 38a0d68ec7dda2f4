//! A real browser that shows a page of somebody else's.

use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{any, get};
use entrepot_tests::principal::session_of;
use entrepot_tests::{App, Database, Entrepot, SHOP};

/// What a page of another origin can have a browser send, to the host and to a server that notes what came.
const PAGE: &str = r#"<!DOCTYPE html><title>cats</title><iframe name="hidden"></iframe><script>
async function attack(target) {
    const send = (path, more) => fetch(target + path, {method: "POST", mode: "no-cors", credentials: "include", ...more}).catch(() => 0);
    const api = "/api/v1/adapters";
    await send(api, {body: new Blob(["\0asm, or something like it"], {type: "text/plain"})});
    await send(api + "/woocommerce/approve", {body: new Blob(['{"limits": {}}'])});
    await send(api + "/woocommerce/approve");
    await send(api + "/woocommerce/rollback");
    await send(api + "/woocommerce/revoke");
    await send("/api/v1/channels/SHOP/runs", {body: new URLSearchParams({a: "b"})});
    await send("/api/v1/dead-letters/replay", {body: '{"all": true}'});
    navigator.sendBeacon(target + api + "/woocommerce/revoke");
    navigator.sendBeacon(target + api + "/woocommerce/revoke", new Blob(["{}"], {type: "text/plain"}));
    for (const method of ["DELETE", "PATCH", "PUT", "POST"])
        await fetch(target + "/api/v1/channels/SHOP", {method, headers: {"content-type": "application/json"}}).catch(() => 0);
    for (const enctype of ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded"]) {
        const form = document.createElement("form");
        Object.assign(form, {method: "POST", action: target + api + "/woocommerce/revoke", target: "hidden", enctype});
        document.body.append(form);
        form.submit();
        await new Promise(done => setTimeout(done, 100));
    }
}
(async () => { await attack("DECOY"); await attack("HOST"); await fetch("/done"); })();
</script>"#;

/// What the browser says of the requests that came through, and whether its page is done.
#[derive(Default)]
struct Noted {
    sites: Vec<String>,
    done: bool,
}

type Notes = Arc<Mutex<Noted>>;

async fn note(State(notes): State<Notes>, request: Request) -> Response {
    let site = request.headers().get("sec-fetch-site").and_then(|value| value.to_str().ok()).unwrap_or_default();
    notes.lock().expect("notes").sites.push(format!("{} {site}", request.method()));
    axum::http::StatusCode::OK.into_response()
}

async fn listen(router: Router) -> u16 {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move { axum::serve(listener, router).await });
    port
}

struct Browser(Child);

impl Browser {
    fn open(profile: &std::path::Path, address: &str) -> Self {
        let mut browser = Command::new("chromium");
        browser.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]);
        browser.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
        browser.arg(format!("--user-data-dir={}", profile.display())).arg("--remote-debugging-port=0").arg(address);
        Self(browser.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("chromium starts"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn has_browser() -> bool {
    let found = Command::new("chromium").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let found = found.is_ok_and(|status| status.success());
    if !found {
        eprintln!(
            "SKIPPED: there is no chromium, so no real browser tries what pages of others can do; apt-get install chromium"
        );
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_origin_changes_nothing_in_a_real_browser() {
    if !has_browser() {
        return;
    }
    let app = App::start(Database::Sqlite).await;
    app.install().await;
    let before = app.host.db.audit_of("woocommerce", 100).await.expect("the log").len();
    let serve = Entrepot::new(app.environment.clone()).start(&["serve", "--role", "web"]);
    let host = serve.address().await;

    let notes = Notes::default();
    let decoy = listen(Router::new().fallback(any(note)).with_state(notes.clone())).await;
    let page = PAGE.replace("HOST", &format!("http://{host}")).replace("DECOY", &format!("http://127.0.0.1:{decoy}"));
    let page = Html(page.replace("SHOP", SHOP));
    let ended = notes.clone();
    let done = get(move || async move { ended.lock().expect("notes").done = true });
    // Cookies know no ports: in a browser that is signed in to the host, a page on another port of the same machine sends its cookie.
    let cookie = format!("entrepot={}; Path=/; HttpOnly; SameSite=Lax", session_of(&app.host.tenant));
    let page = get(move || async move { ([(header::SET_COOKIE, cookie)], page) });
    let port = listen(Router::new().route("/", page).route("/done", done)).await;

    // By another name it is another site; by another port only another origin.
    for (name, site) in [("localhost", "cross-site"), ("127.0.0.1", "same-site")] {
        *notes.lock().expect("notes") = Noted::default();
        let profile = tempfile::tempdir().expect("a folder");
        let browser = Browser::open(profile.path(), &format!("http://{name}:{port}/"));
        let patience = Instant::now();
        while !notes.lock().expect("notes").done {
            assert!(patience.elapsed() < Duration::from_secs(60), "the page does not come to its end");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        drop(browser);
        let sites = notes.lock().expect("notes").sites.clone();
        let attacks = sites.iter().filter(|noted| **noted == format!("POST {site}")).count();
        assert!(attacks >= 10, "the browser sends what it is told to, where nobody minds: {sites:?}");
    }
    let after = app.host.db.audit_of("woocommerce", 100).await.expect("the log");
    assert_eq!(after.len(), before, "{after:?}");
    assert_eq!(
        app.host.app.services.admission().active("woocommerce").await.expect("still in use").manifest.id,
        "woocommerce"
    );
}
