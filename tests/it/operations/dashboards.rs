//! What operators are given fits what is counted: the dashboard, the alerts, and the list of all metrics.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use entrepot_metrics::{Kind, Metric, Spec};
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operations")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).expect(name)
}

fn names_of(spec: &Spec) -> Vec<String> {
    match spec.kind {
        Kind::Histogram(_) => ["bucket", "sum", "count"].map(|part| format!("{}_{part}", spec.name)).into(),
        _ => vec![spec.exposed()],
    }
}

/// What Prometheus adds to each series.
const ADDED: [&str; 2] = ["job", "instance"];
/// Words of PromQL, and its functions that are in use here.
const WORDS: [&str; 9] = ["sum", "max", "min", "rate", "increase", "histogram_quantile", "time", "and", "or"];

/// What is wrong with a query.
fn wrong(query: &str) -> Vec<String> {
    let specs: Vec<Spec> = Metric::ALL.iter().map(|metric| metric.spec()).collect();
    let mut wrong = Vec::new();
    for (open, close) in [('(', ')'), ('{', '}'), ('[', ']')] {
        if query.matches(open).count() != query.matches(close).count() {
            wrong.push(format!("{open} and {close} do not match"));
        }
    }
    let tokens = tokens(query);
    let mut labels: BTreeSet<&str> = ADDED.into();
    let mut of_metric: Vec<&str> = Vec::new();
    let (mut inside, mut naming) = (false, false);
    let mut named: Vec<&str> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let token = token.as_str();
        let next = tokens.get(index + 1).map_or("", String::as_str);
        match token {
            "{" => inside = true,
            "}" => inside = false,
            ")" => naming = false,
            "by" | "on" | "ignoring" | "group_left" => naming = true,
            _ if !token.starts_with(|first: char| first.is_ascii_alphabetic()) => {}
            _ if inside => {
                if !of_metric.contains(&token) && !ADDED.contains(&token) {
                    wrong.push(format!("no label {token}"));
                }
            }
            _ if naming => named.push(token),
            "up" => of_metric = Vec::new(),
            _ => match specs.iter().find(|spec| names_of(spec).iter().any(|name| name == token)) {
                Some(spec) => {
                    of_metric = spec.labels.to_vec();
                    if token.ends_with("_bucket") {
                        of_metric.push("le");
                    }
                    labels.extend(of_metric.iter().copied());
                    let counts = matches!(spec.kind, Kind::Counter | Kind::Histogram(_));
                    let over_time = query.contains(&format!("{token}[")) || next == "{" && query.contains("}[");
                    if counts && !over_time {
                        wrong.push(format!("{token} only goes up; take its rate or increase"));
                    }
                }
                None if WORDS.contains(&token) => {}
                None => wrong.push(format!("nothing is counted as {token}")),
            },
        }
    }
    wrong.extend(named.iter().filter(|label| !labels.contains(*label)).map(|label| format!("no label {label}")));
    wrong
}

/// Names and signs; texts in quotes are left out.
fn tokens(query: &str) -> Vec<String> {
    let (mut tokens, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for sign in query.chars() {
        if sign == '"' {
            quoted = !quoted;
        }
        if !quoted && (sign.is_ascii_alphanumeric() || sign == '_') {
            word.push(sign);
            continue;
        }
        if !word.is_empty() {
            tokens.push(std::mem::take(&mut word));
        }
        if !quoted && !sign.is_whitespace() && sign != '"' {
            tokens.push(sign.to_string());
        }
    }
    tokens.extend((!word.is_empty()).then_some(word));
    // The number of a span such as 5m stands before its unit.
    tokens.into_iter().filter(|token| !token.starts_with(|first: char| first.is_ascii_digit())).collect()
}

#[test]
fn the_dashboard_asks_for_what_there_is() {
    let dashboard: Value = serde_json::from_str(&read("dashboard.json")).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let (mut asked, mut faults) = (String::new(), Vec::new());
    for target in panels.iter().flat_map(|panel| panel["targets"].as_array().into_iter().flatten()) {
        let query = target["expr"].as_str().expect("a query");
        faults.extend(wrong(query).into_iter().map(|wrong| format!("{wrong}: {query}")));
        asked.push_str(query);
        asked.push('\n');
        // Names in braces stand for labels that the query leaves.
        let shown = target["legendFormat"].as_str().unwrap_or_default().split("{{").skip(1);
        for label in shown.filter_map(|rest| rest.split("}}").next()).filter(|label| !ADDED.contains(label)) {
            if !query.contains(label) {
                faults.push(format!("{label} is shown and not asked for: {query}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let missing: Vec<_> =
        Metric::ALL.iter().map(|metric| metric.spec().name).filter(|name| !asked.contains(name)).collect();
    assert!(missing.is_empty(), "on no panel: {missing:?}");
    let mut ids: Vec<i64> = panels.iter().filter_map(|panel| panel["id"].as_i64()).collect();
    ids.dedup();
    assert_eq!(ids.len(), panels.len(), "each panel has an id of its own");
}

#[test]
fn alerts_ask_for_what_there_is_and_say_what_to_do() {
    let (rules, guide) = (read("alerts.yml"), read("README.md"));
    let value = |line: &str, key: &str| {
        line.trim_start_matches([' ', '-']).strip_prefix(key).map(|rest| rest.trim().to_owned())
    };
    let alerts: Vec<String> = rules.lines().filter_map(|line| value(line, "alert:")).collect();
    let queries: Vec<String> = rules.lines().filter_map(|line| value(line, "expr:")).collect();
    assert!(alerts.len() > 10 && alerts.len() == queries.len(), "{alerts:?}");
    let mut faults = Vec::new();
    for (alert, query) in alerts.iter().zip(&queries) {
        let query = query.trim_matches('\'').replace("''", "'");
        faults.extend(wrong(&query).into_iter().map(|wrong| format!("{alert}: {wrong}: {query}")));
        let section =
            guide.split(&format!("### {alert}\n")).nth(1).map(|rest| rest.split("\n### ").next().unwrap_or_default());
        if section.is_none_or(|section| section.split("\n\n").filter(|part| part.len() > 40).count() < 2) {
            faults.push(format!("{alert}: README.md says not what it means and what to do"));
        }
        if !rules.contains(&format!("README.md#{}\n", alert.to_lowercase())) {
            faults.push(format!("{alert}: no link to what to do"));
        }
    }
    for section in guide.lines().filter_map(|line| line.strip_prefix("### ")) {
        if !alerts.iter().any(|alert| alert == section) {
            faults.push(format!("README.md explains {section}, which is no alert"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_wrong_query_is_noticed() {
    for (query, fault) in [
        ("sum(rate(entrepot_item_total[5m]))", "nothing is counted as entrepot_item_total"),
        ("sum by (shop) (rate(entrepot_items_total[5m]))", "no label shop"),
        (r#"rate(entrepot_items_total{channel="x"}[5m])"#, "no label channel"),
        ("sum(entrepot_items_total)", "entrepot_items_total only goes up; take its rate or increase"),
        ("sum(rate(entrepot_call_seconds[5m]))", "nothing is counted as entrepot_call_seconds"),
        ("sum(rate(entrepot_items_total[5m])", "( and ) do not match"),
    ] {
        assert!(wrong(query).iter().any(|found| found == fault), "{query}: {:?}", wrong(query));
    }
    let fine =
        r#"histogram_quantile(0.95, sum by (le, adapter) (rate(entrepot_call_seconds_bucket{outcome="ok"}[5m]))) > 1"#;
    assert_eq!(wrong(fine), Vec::<String>::new());
}

#[test]
fn every_metric_is_explained() {
    let mut text = String::from(
        "# Metrics\n\nEverything that a host counts. A test writes this list.\n\nWhere it comes from: *process* is counted by each host \
         for itself, to be added up over hosts; *database* is the same on\nevery host, and is not added up.\n\n\
         | Metric | Kind | Labels | From | |\n|---|---|---|---|---|\n",
    );
    for metric in Metric::ALL {
        let spec = metric.spec();
        let kind = match spec.kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram(_) => "histogram",
        };
        let from = if spec.of_database { "database" } else { "process" };
        let labels: Vec<String> = spec.labels.iter().map(|label| format!("`{label}`")).collect();
        let _ = writeln!(text, "| `{}` | {kind} | {} | {from} | {} |", spec.exposed(), labels.join(", "), spec.help);
    }
    let path = folder().join("metrics.md");
    if std::env::var_os("ENTREPOT_BLESS").is_some() {
        std::fs::write(&path, &text).expect("docs/ can be written");
    }
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == text,
        "docs/operations/metrics.md is another: run this test with ENTREPOT_BLESS=1"
    );
}
