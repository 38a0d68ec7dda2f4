//! The pages in a real browser, as people use them: what they came for is done, at a desk and on a telephone, in light and dark, with and
//! without JavaScript; nothing serious for a screen reader, nothing refused by the policy, nothing wider than the screen.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use entrepot_accounts::{Handing, NewUser};
use entrepot_domain::account::{HostRole, TenantRole};
use entrepot_test_support::seed::{self, Seed};
use entrepot_test_support::server::Server;
use entrepot_test_support::woocommerce::{Product, Store, serve};
use entrepot_tests::people::PASSWORD;
use entrepot_tests::{App, Database, Entrepot, Running, adapters_folder, edited, entrepot_program, with_version};
use serde_json::{Value, json};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/browser");
const PRODUCTS: usize = 24;

/// Why the test cannot run here.
fn missing(folder: &Path) -> Option<String> {
    for (program, package) in [("chromium", "chromium"), ("node", "nodejs"), ("npm", "npm")] {
        let found = Command::new(program).arg("--version").stdin(Stdio::null()).output();
        if !found.is_ok_and(|output| output.status.success()) {
            return Some(format!("there is no {program}; apt-get install {package}"));
        }
    }
    // Scripts find what they import beside them, and nothing that is fetched stands among sources.
    copy(Path::new(FOLDER), folder);
    let install = Command::new("npm")
        .args(["install", "--no-audit", "--no-fund", "--prefer-offline"])
        .current_dir(folder)
        .output();
    let install = install.expect("npm starts");
    (!install.status.success()).then(|| format!("npm install: {}", String::from_utf8_lossy(&install.stderr)))
}

/// Where it is: it is started by its path.
fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join("chromium")).find(|program| program.is_file())
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("scripts") {
        let entry = entry.expect("a script").path();
        let target = to.join(entry.file_name().expect("a name"));
        if entry.is_dir() {
            copy(&entry, &target);
        } else {
            std::fs::copy(&entry, &target).expect("copied");
        }
    }
}

/// A host with shops and people, all of its own.
struct Stage {
    app: App,
    serve: Running,
    shops: Vec<(Store, Server)>,
    adapters: Vec<PathBuf>,
}

impl Stage {
    async fn set() -> Self {
        let app = App::start(Database::Sqlite).await;
        app.install().await;
        let goods = seed::catalogue(Seed { products: PRODUCTS, variable_share: 0.3, seed: 11 });
        let stores = [Store::from_seed(&goods), Store::from_seed(&goods[PRODUCTS / 2..])];
        // Nobody can sell it.
        stores[0].insert(Product::simple("").priced("1.00"));
        let shops = stores.into_iter().map(|store| (store.clone(), serve(&store))).collect();
        let tenant = app.host.tenant.as_str();
        for (email, host_role, tenant) in [
            ("owner@example.com", None, Some((tenant, TenantRole::Owner))),
            ("max@example.com", None, Some((tenant, TenantRole::Viewer))),
            ("operator@example.com", Some(HostRole::Operator), None),
            ("reviewer@example.com", Some(HostRole::Reviewer), None),
        ] {
            let password = Some(PASSWORD);
            let new = NewUser { email, name: None, host_role, tenant, password, handing: Handing::Shown, by: "test" };
            app.host.app.accounts.add_user(new).await.expect("an account");
        }
        // Charts have something to draw, of a quarter of an hour ago and of now.
        for _ in 0..4 {
            app.host.db.sample_health().await.expect("sampled");
            app.clock().advance(-15 * 60_000);
        }
        let newer = app.data_dir().join("etsy-0.2.0.wasm");
        std::fs::write(&newer, edited("etsy", |text| with_version(text, "0.2.0"))).expect("a file");
        let adapters = vec![adapters_folder().join("etsy.wasm"), newer];
        let serve = Entrepot::new(app.environment.clone()).start(&["serve"]);
        Self { app, serve, shops, adapters }
    }

    async fn given(&self, name: &str, width: u32, dark: bool, script: bool, target: &Path) -> Value {
        let shop = |(store, server): &(Store, Server)| {
            let key = store.key();
            json!({"url": server.base_url, "key": key.consumer_key, "secret": key.consumer_secret})
        };
        let goods = seed::catalogue(Seed { products: PRODUCTS, variable_share: 0.3, seed: 11 });
        json!({
            "name": name,
            "width": width,
            "dark": dark,
            "script": script,
            "chromium": chromium(),
            "base": format!("http://{}", self.serve.address().await),
            "shots": target.join("screenshots").join(name),
            "mails": self.app.data_dir().join("mails"),
            "password": PASSWORD,
            "stores": self.shops.iter().map(shop).collect::<Vec<_>>(),
            "adapters": self.adapters,
            "sku": goods[PRODUCTS - 1].variants[0].sku,
        })
    }
}

/// Each on a host of its own, at the same time.
async fn journey(name: &'static str, width: u32, dark: bool, script: bool, folder: PathBuf) -> String {
    let stage = Stage::set().await;
    let target = folder.parent().expect("the target folder").to_owned();
    let given = stage.given(name, width, dark, script, &target).await;
    let node = move || {
        let mut node = Command::new("node");
        node.arg(folder.join("main.js")).arg(given.to_string()).stdin(Stdio::null()).stderr(Stdio::inherit());
        let output = node.output().expect("node starts");
        let problems = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() { problems } else { format!("{name}: {}\n{problems}", output.status) }
    };
    let said = tokio::task::spawn_blocking(node).await.expect("it ends");
    if said.is_empty() { said } else { format!("{said}\nthe host said: {}", stage.serve.said()) }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_find_their_way_in_a_browser() {
    let target = entrepot_program().ancestors().nth(2).expect("the target folder").to_owned();
    let folder = target.join("browser");
    if let Some(why) = missing(&folder) {
        assert!(std::env::var_os("CI").is_none(), "{why}");
        eprintln!("SKIPPED: pages are not tried in a real browser: {why}");
        return;
    }
    let (desk, telephone) = tokio::join!(
        journey("desk-light", 1280, false, true, folder.clone()),
        journey("telephone-dark-without-script", 360, true, false, folder)
    );
    let problems = desk + &telephone;
    assert!(problems.is_empty(), "{problems}");
}
