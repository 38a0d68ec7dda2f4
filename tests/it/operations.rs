//! What operators rely on: metrics, traces, readiness, stopping.

mod dashboards;
mod database_versions;
mod doctor;
mod metrics;
mod readiness;
mod serving;

mod traces;
