//! Against shops that bear so much, over minutes that do not pass.

use std::future::Future;

use super::*;

/// How a shop decides that it is too much.
#[derive(Clone, Copy)]
enum Kind {
    /// So many in each second of the clock.
    Window,
    /// A bucket that holds so many seconds' worth.
    Bucket(f64),
    /// One of so many, whatever the rate.
    Each(u64),
}

struct Shop {
    per_second: f64,
    kind: Kind,
    begun: Instant,
    second: u64,
    taken: f64,
    asked: u64,
    at: f64,
}

impl Shop {
    fn new(per_second: f64, kind: Kind) -> Self {
        Self { per_second, kind, begun: Instant::now(), second: 0, taken: 0.0, asked: 0, at: 0.0 }
    }

    fn bears(&mut self) -> bool {
        let now = self.begun.elapsed().as_secs_f64();
        self.asked += 1;
        match self.kind {
            Kind::Window => {
                if self.second != now as u64 {
                    (self.second, self.taken) = (now as u64, 0.0);
                }
                self.taken += 1.0;
                self.taken <= self.per_second
            }
            Kind::Bucket(seconds) => {
                self.taken = (self.taken - (now - self.at) * self.per_second).max(0.0);
                self.at = now;
                let room = self.taken + 1.0 <= (self.per_second * seconds).max(1.0);
                self.taken += f64::from(u8::from(room));
                room
            }
            Kind::Each(n) => !self.asked.is_multiple_of(n),
        }
    }
}

fn virtually<F: Future>(work: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(work)
}

/// Answers that were no refusals, per second, over the second of two minutes.
async fn read(limiter: &Arc<RateLimiter>, shop: Shop, workers: u32, hint: Option<u64>) -> f64 {
    let (latency, minute) = (Duration::from_millis(100), Duration::from_secs(60));
    let shop = Arc::new(Mutex::new(shop));
    let (begun, good) = (Instant::now(), Arc::new(Mutex::new(0)));
    let works = (0..workers).map(|_| {
        let (limiter, shop, good) = (Arc::clone(limiter), Arc::clone(&shop), Arc::clone(&good));
        tokio::spawn(async move {
            while begun.elapsed() < 2 * minute {
                let Ok(slot) = limiter.turn(false).await else {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    continue;
                };
                let bears = shop.lock().unwrap().bears();
                tokio::time::sleep(latency).await;
                drop(slot);
                if bears {
                    limiter.answered(None);
                    *good.lock().unwrap() += u32::from(begun.elapsed() > minute);
                } else {
                    limiter.refused(hint.map(Duration::from_secs));
                }
            }
        })
    });
    for work in works.collect::<Vec<_>>() {
        work.await.unwrap();
    }
    let good = *good.lock().unwrap();
    f64::from(good) / 60.0
}

fn limiter(requests_per_second: f64, concurrency: u32) -> Arc<RateLimiter> {
    Arc::new(RateLimiter::new(RateLimit { requests_per_second, concurrency }, None))
}

#[test]
fn what_a_shop_bears_is_read_and_hardly_less() {
    for per_second in [1.0, 2.0, 3.0, 5.0, 10.0, 17.0, 30.0] {
        for kind in [Kind::Window, Kind::Bucket(1.0), Kind::Bucket(10.0)] {
            for hint in [Some(1), None] {
                let got = virtually(async { read(&limiter(40.0, 8), Shop::new(per_second, kind), 8, hint).await });
                let share = got / per_second;
                let kind = match kind {
                    Kind::Window => "window",
                    Kind::Bucket(_) => "bucket",
                    Kind::Each(_) => "each",
                };
                assert!(share >= 0.9, "{share:.2} of {per_second} a second, {kind}, {hint:?}");
            }
        }
    }
}

#[test]
fn refusals_that_are_not_about_the_rate_do_not_slow_it_down_for_ever() {
    // Each is waited for a second; a seventh of what is asked for is refused.
    let got = virtually(async { read(&limiter(20.0, 2), Shop::new(0.0, Kind::Each(7)), 2, Some(1)).await });
    assert!(got > 2.0, "{got:.1} a second");
    let got = virtually(async { read(&limiter(20.0, 2), Shop::new(0.0, Kind::Each(2)), 2, Some(0)).await });
    assert!(got > 4.0, "{got:.1} a second");
}

#[test]
fn a_shop_that_became_quicker_is_found_out() {
    virtually(async {
        let limiter = limiter(40.0, 8);
        let slow = read(&limiter, Shop::new(3.0, Kind::Bucket(1.0)), 8, Some(1)).await;
        let quick = read(&limiter, Shop::new(1_000.0, Kind::Bucket(1.0)), 8, Some(1)).await;
        assert!(slow < 3.3 && quick > 9.0, "{slow:.1}, then {quick:.1}");
    });
}

#[test]
fn silence_after_refusals_without_a_hint_grows() {
    virtually(async {
        let limiter = limiter(10.0, 1);
        let mut holds = Vec::new();
        for _ in 0..4 {
            limiter.refused(None);
            let begun = Instant::now();
            while limiter.holding() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            holds.push(begun.elapsed().as_secs());
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        assert_eq!(holds, [1, 2, 4, 8]);
    });
}
