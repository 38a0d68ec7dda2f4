use std::net::Ipv4Addr;

use entrepot_domain::Clock;

use super::*;

fn asker(number: u32) -> Asker {
    Asker::Address(IpAddr::V4(Ipv4Addr::from(number)))
}

async fn limits(folder: &tempfile::TempDir) -> RateLimits {
    let address = format!("sqlite://{}/a.db", folder.path().display());
    let db = Db::connect(&address, Clock::System).await.expect("a database");
    RateLimits::new(db, 3, "")
}

#[tokio::test]
async fn each_address_has_its_own_minute() {
    let folder = tempfile::tempdir().expect("a folder");
    let (limits, three) = (limits(&folder).await, NonZeroU32::new(3).expect("three"));
    let left: Vec<u32> = (0..3).map(|_| limits.count("default", asker(1), three).left).collect();
    assert_eq!(left, [2, 1, 0]);
    let refused = limits.count("default", asker(1), three);
    assert!(refused.wait.is_some_and(|wait| (1..=21).contains(&wait)), "{refused:?}");
    assert_eq!(limits.count("default", asker(2), three).wait, None);
    let four = NonZeroU32::new(4).expect("four");
    assert_eq!(limits.count("default", asker(1), four).wait, None, "another limit is another count");
    let counted = Counted { name: "default", limit: 60, left: 30, wait: None };
    assert_eq!((counted.policy(), counted.state()), ("\"default\";q=60;w=60".into(), "\"default\";r=30;t=30".into()));
}

#[tokio::test]
async fn addresses_without_end_need_no_memory_without_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let (limits, two) = (limits(&folder).await, NonZeroU32::new(2).expect("two"));
    for number in 0..50_000 {
        assert_eq!(limits.count("default", asker(number), two).wait, None);
    }
    let counters = limits.counters.lock().expect("the counters");
    assert!(counters.recent.len() + counters.before.len() <= 2 * MOST);
}
