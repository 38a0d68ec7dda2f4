//! Days of four shops: changed at random, told of by webhooks that are lost, doubled, late and out of order, away at times, read by
//! a host that is killed again and again, with an upgrade in the middle. Each morning the catalogue is what the shops show.
//!
//! Two days; `cargo xtask test --soak` makes it a whole soak. `ENTREPOT_SOAK_SEED` makes it another one; the number stands in what the test prints. When the host is killed is a matter of real
//! milliseconds, so that no two runs are quite the same.

mod host;
mod shops;

use entrepot_catalog::StartOptions;
use entrepot_domain::ChannelId;
use entrepot_domain::catalog::Product;
use entrepot_domain::run::RunState;
use entrepot_policy::Narrowing;
use entrepot_test_support::dice::Dice;
use entrepot_test_support::post::post;
use entrepot_tests::{App, Database, both_engines, edited, with_version};

use self::host::SoakHost;
use self::shops::{Shop, Told, shops};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const SEED: u64 = 20_260_601;
/// 2026-06-01, a Monday, in UTC.
const BEGINNING: i64 = 1_780_272_000_000;

/// Faster than the marketplaces allow: the soak is short.
fn hurried(manifest: &str) -> String {
    let mut lines: Vec<String> = manifest.lines().map(str::to_owned).collect();
    for line in &mut lines {
        if line.starts_with("requests_per_second") {
            *line = "requests_per_second = 1000".to_owned();
        }
    }
    lines.join("\n") + "\n"
}

/// A webhook on its way.
struct Post {
    due: i64,
    shop: usize,
    told: Told,
}

struct Soak {
    app: App,
    /// Has never seen the shops before each morning.
    fresh: App,
    shops: Vec<Shop>,
    channels: Vec<ChannelId>,
    host: Option<SoakHost>,
    dice: Dice,
    now: i64,
    post: Vec<Post>,
    sum: Sum,
}

/// What happened, so that a soak in which nothing did is noticed.
#[derive(Debug, Default)]
struct Sum {
    changes: usize,
    told: usize,
    lost: usize,
    doubled: usize,
    late: usize,
    refused: usize,
    kills: usize,
    outages: usize,
}

impl Soak {
    async fn of(app: App, seed: u64) -> Self {
        let shops = shops(seed);
        let marketplaces: Vec<_> = shops.iter().map(|shop| &shop.marketplace).collect();
        let faster = [("ENTREPOT_CEILINGS_REQUESTS_PER_SECOND", "1000")];
        let fresh = App::start(Database::Sqlite).await.trusting(&marketplaces).await.with(&faster).await;
        let app = app.trusting(&marketplaces).await.with(&faster).await;
        let now = BEGINNING;
        let mut channels = Vec::new();
        for of in [&app, &fresh] {
            of.clock().advance(now - of.clock().now());
            for shop in &shops {
                shop.set_time(now);
                let bytes = edited(shop.id(), hurried);
                let admission = of.host.app.services.admission();
                admission.install(bytes, "test").await.expect("the adapter installs");
                admission.approve(shop.id(), &Narrowing::default(), "test").await.expect("approved");
            }
        }
        for shop in &shops {
            let channel = app.add_as(shop.id(), &shop.marketplace).await;
            if shop.tells() {
                let public = "https://entrepot.example.com";
                app.host.app.subscriptions.subscribe(&app.host.tenant, shop.id(), public).await.expect("subscribed");
            }
            channels.push(channel);
        }
        let host = Some(SoakHost::start(&app));
        let (dice, post, sum) = (Dice::new(seed), Vec::new(), Sum::default());
        Self { app, fresh, shops, channels, host, dice, now, post, sum }
    }

    fn hour_of_day(&self) -> i64 {
        self.now / HOUR % 24
    }

    /// Somebody sells and edits from six in the morning to one in the night.
    fn is_quiet(&self) -> bool {
        (1..6).contains(&self.hour_of_day())
    }

    async fn pass(&mut self, minutes: i64) {
        self.now += minutes * MINUTE;
        for of in [&self.app, &self.fresh] {
            of.clock().advance(self.now - of.clock().now());
        }
        for at in 0..self.shops.len() {
            self.shops[at].set_time(self.now);
            self.fail_at_times(at);
            if !self.is_quiet() {
                for _ in 0..self.dice.below(4) {
                    self.sum.changes += 1;
                    self.shops[at].change(&mut self.dice);
                }
            }
            for told in self.shops[at].deliveries(self.now) {
                self.send(at, told);
            }
        }
        self.deliver().await;
        self.work().await;
    }

    /// Shops are away at times, also at night, but not in the morning.
    fn fail_at_times(&mut self, at: usize) {
        let hour = self.hour_of_day();
        let shop = &mut self.shops[at];
        if shop.away_until.is_some_and(|until| until <= self.now || (4..7).contains(&hour)) {
            shop.recover();
        }
        if shop.away_until.is_none() && !(3..7).contains(&hour) && self.dice.chance(0.04) {
            self.sum.outages += 1;
            let minutes = 20 + self.dice.below(90) as i64;
            shop.fail(&mut self.dice, self.now + minutes * MINUTE);
        }
    }

    fn send(&mut self, shop: usize, told: Told) {
        self.sum.told += 1;
        let late = |dice: &mut Dice| 1 + dice.below(300) as i64 * MINUTE;
        let times = match self.dice.below(10) {
            0 => {
                self.sum.lost += 1;
                return;
            }
            1 => {
                self.sum.doubled += 1;
                vec![0, late(&mut self.dice)]
            }
            2 | 3 => {
                self.sum.late += 1;
                vec![late(&mut self.dice)]
            }
            _ => vec![0],
        };
        for wait in times {
            self.post.push(Post { due: self.now + wait, shop, told: told.clone() });
        }
    }

    async fn deliver(&mut self) {
        let (mut due, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.post).into_iter().partition(|post| post.due <= self.now);
        self.post = rest;
        // In whatever order.
        for at in (1..due.len()).rev() {
            due.swap(at, self.dice.below(at as u64 + 1) as usize);
        }
        let host = self.host.as_mut().expect("a host");
        host.set_time(self.now);
        let address = host.address.clone();
        for Post { due, shop, told } in due {
            let url = format!("http://{address}/hooks/{}", self.channels[shop]);
            let sent = tokio::task::spawn_blocking(move || post(&url, &told.headers, &told.body));
            let status = sent.await.expect("it is sent").expect("the host answers");
            // Those that are signed with a time are too late after some minutes.
            assert!(status == 200 || status == 401 && due > told.at, "{status} of {}", self.shops[shop].id());
            self.sum.refused += usize::from(status != 200);
        }
    }

    /// Lets the host do what is due; now and then it is killed in the middle of that.
    async fn work(&mut self) {
        let mut host = self.host.take().expect("a host");
        if self.dice.chance(0.08) {
            self.sum.kills += 1;
            host.tell(self.now);
            let moment = std::time::Duration::from_millis(self.dice.below(250));
            tokio::time::sleep(moment).await;
            host.kill();
            host = SoakHost::start(&self.app);
        }
        host.tell(self.now);
        let (host, answer) = tokio::task::spawn_blocking(move || {
            let answer = host.hear();
            (host, answer)
        })
        .await
        .expect("it is heard");
        answer.expect("the host does what is due");
        self.host = Some(host);
    }

    /// Each shop imported anew by a host that knows nothing of the past shows the same.
    async fn compare(&self, day: i64) {
        for shop in &self.shops {
            let name = format!("{} of day {day}", shop.id());
            self.fresh.add_as(&name, &shop.marketplace).await;
            let cases = &self.fresh.host.app;
            let scope = entrepot_domain::run::RunScope::Full;
            let started =
                cases.imports.start_import(&self.fresh.host.tenant, &name, scope, StartOptions::default()).await;
            let report = self.fresh.carry(&started.expect("it starts").run).await;
            assert_eq!(report.state, RunState::Completed, "{name}: {report:?}");
            let (ours, theirs) = (products(&self.app, shop.id()).await, products(&self.fresh, &name).await);
            let ids = |of: &[Product]| of.iter().map(|product| product.source_id.clone()).collect::<Vec<_>>();
            assert_eq!(ids(&ours), ids(&theirs), "{name}: {:?}", self.last_runs(shop.id()).await);
            for (ours, theirs) in ours.iter().zip(&theirs) {
                assert_eq!(ours, theirs, "{name}: {:?}", self.last_runs(shop.id()).await);
            }
            assert!(!ours.is_empty());
        }
    }

    async fn last_runs(&self, channel: &str) -> Vec<String> {
        let scoped = self.app.host.db.tenant(&self.app.host.tenant);
        let id = ChannelId::from(scoped.channel(channel).await.expect("answers").expect("the channel").id);
        let runs = scoped.runs(Some(&id), None, 12).await.expect("runs");
        let line = |run: &entrepot_store::runs::RunRow| {
            let (at, counts) = ((run.created_at - BEGINNING) / MINUTE, run.counts());
            format!("\n{at} min: {:?} {:?} {:?} {:?}", run.scope(), run.state(), run.failure, counts)
        };
        runs.iter().map(line).collect()
    }
}

/// Without the date of the last change: a shop also dates what was saved and not changed, and that is left alone.
async fn products(app: &App, channel: &str) -> Vec<Product> {
    let scoped = app.host.db.tenant(&app.host.tenant);
    let id = ChannelId::from(scoped.channel(channel).await.expect("answers").expect("the channel").id);
    let stored = scoped.products_of(&id, "", 5_000).await.expect("products");
    stored.into_iter().map(|stored| Product { updated_at: None, ..stored.product }).collect()
}

#[both_engines]
async fn each_morning_the_catalogue_is_what_the_shops_show(app: App) {
    let given = std::env::var("ENTREPOT_SOAK_SEED").ok().map(|text| text.parse().expect("a number"));
    let seed = given.unwrap_or(SEED);
    eprintln!("this soak: ENTREPOT_SOAK_SEED={seed}");
    let mut soak = Soak::of(app, seed).await;
    let days = if std::env::var_os("ENTREPOT_TEST_SOAK").is_some() { 7 } else { 2 };
    for day in 1..=days {
        let morning = BEGINNING + day * 24 * HOUR + 5 * HOUR + 50 * MINUTE;
        while soak.now < morning {
            let minutes = 20 + soak.dice.below(50) as i64;
            soak.pass(minutes.min((morning - soak.now) / MINUTE)).await;
            if day == days / 2 + 1 && soak.hour_of_day() == 15 {
                upgrade(&soak.app).await;
            }
        }
        soak.compare(day).await;
    }
    let scoped = soak.app.host.db.tenant(&soak.app.host.tenant);
    let runs = scoped.runs(None, None, 10_000).await.expect("runs");
    let found = runs.iter().map(|run| run.counts().drift);
    let drift = found.fold(0, |sum, drift| sum + drift.created + drift.updated + drift.deleted);
    eprintln!("{} runs, {drift} items of drift, {:?}", runs.len(), soak.sum);
    let Sum { changes, told, lost, doubled, late, kills, outages, .. } = soak.sum;
    assert!(drift > 0 && runs.len() > 40 * days as usize, "the nights found what was lost");
    assert!([changes, told, lost, doubled, late, kills, outages].into_iter().all(|count| count > 0));
    assert!(runs.iter().all(|run| run.state() != RunState::Incomplete));
}

/// To another version, in use for half of a day's deliveries and pages by now.
async fn upgrade(app: &App) {
    let admission = app.host.app.services.admission();
    let bytes = edited("woocommerce", |text| with_version(&hurried(text), "0.2.0"));
    if admission.install(bytes, "test").await.is_ok() {
        admission.approve("woocommerce", &Narrowing::default(), "test").await.expect("approved");
    }
}
