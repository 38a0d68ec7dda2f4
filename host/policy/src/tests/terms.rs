use super::*;

#[test]
fn what_would_be_wider_is_named() {
    let plain = Grant::as_requested(&woocommerce(), "aa");
    assert!(plain.wider_than(&plain).is_empty());
    let ending = Grant { expires_at: Some(1), ..plain.clone() };
    let later = Grant { expires_at: Some(2), ..plain.clone() };
    let reporting = Grant { report_only: true, accept_narrower: true, ..plain.clone() };
    assert_eq!(plain.wider_than(&ending), ["it does not expire, and the grant in force does"]);
    assert_eq!(later.wider_than(&ending), ["it expires later"]);
    assert!(ending.wider_than(&later).is_empty() && ending.wider_than(&plain).is_empty());
    assert_eq!(reporting.wider_than(&plain).len(), 2);
    let slow = Grant { rate_limit: RateLimit { requests_per_second: 0.5, concurrency: 1 }, ..plain.clone() };
    assert!(plain.wider_than(&slow)[0].contains("requests per second"), "{:?}", plain.wider_than(&slow));
}

#[test]
fn terms_have_a_value_for_every_limit() {
    let grant = Grant { limits: Limits::default(), ..Grant::as_requested(&woocommerce(), "aa") };
    let terms = grant.terms(&Ceilings::DEFAULTS);
    assert_eq!(terms.limits, Limits::DEFAULTS);
    assert!(terms.limits.in_words().starts_with("64MiB memory, 10s computing, 300s in all, 500 requests"));
}
