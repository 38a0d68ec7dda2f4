use entrepot_policy::Ceilings;

use crate::Config;

#[test]
fn the_defaults_are_a_whole_configuration() {
    let config = Config::from_sources(None, |_| None).expect("defaults");
    assert!(config.is_embedded());
    assert_eq!(config.public_url, "http://127.0.0.1:8080");
    assert_eq!(config.ceilings, Ceilings::DEFAULTS);
}

#[test]
fn the_embedded_database_is_in_the_data_folder() {
    let of = |dir: &'static str| {
        Config::from_sources(None, move |name| (name == "ENTREPOT_DATA_DIR").then(|| dir.to_owned())).expect("fine")
    };
    assert_eq!(of("/srv/entrepot/").database_url, "sqlite:///srv/entrepot/entrepot.db");
    assert_eq!(of("a b%?").database_url, "sqlite://a b%25%3F/entrepot.db");
}

#[test]
fn every_problem_is_named_at_once() {
    let env = |name: &str| match name {
        "ENTREPOT_DATABASE_URL" => Some("mysql://x".to_owned()),
        "ENTREPOT_LISTEN" | "ENTREPOT_METRICS_LISTEN" | "OTEL_EXPORTER_OTLP_ENDPOINT" => Some("everywhere".to_owned()),
        "ENTREPOT_IMPORT_WORKERS" => Some("many".to_owned()),
        "ENTREPOT_IMPORT_PAGE_SIZE" | "ENTREPOT_COMPILE_SECONDS" => Some("0".to_owned()),
        "ENTREPOT_EGRESS_CA_FILE" | "ENTREPOT_MASTER_KEY_FILE" => Some("/nowhere/file".to_owned()),
        _ => None,
    };
    let error = Config::from_sources(None, env).expect_err("wrong in many ways");
    assert_eq!(error.0.len(), 9, "{error}");
    assert!(error.to_string().contains("compile.seconds is 0; use a number from 1"), "{error}");
}

#[test]
fn keys_are_not_shown() {
    let env = |name: &str| (name == "ENTREPOT_MASTER_KEY").then(|| "k1:c2VjcmV0".to_owned());
    let config = Config::from_sources(None, env).expect("fine");
    assert!(!format!("{config:?}").contains("c2Vj"));
}
