use super::*;

mod binding;
mod changes;
mod connect;
mod keys;
mod manifests;
mod oauth;
mod otherwise;
mod settings;
mod terms;
mod urls;

/// Uses every key there is.
const WOOCOMMERCE: &str = include_str!("tests/woocommerce.toml");

fn woocommerce() -> Manifest {
    Manifest::parse(WOOCOMMERCE).unwrap()
}

fn settings(pairs: &[(&str, &str)]) -> Settings {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())).collect()
}

fn url(text: &str) -> url::Url {
    parse_url(text).unwrap()
}
