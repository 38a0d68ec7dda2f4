//! The one list of what is counted.
// See docs/decisions/0051-metrics-as-a-handle.md

/// How a metric moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Only up, from the start of the process on. Shown with `_total`.
    Counter,
    Gauge,
    /// With the upper bounds of its buckets.
    Histogram(&'static [f64]),
}

/// What is known of a metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spec {
    /// Without the suffixes that its kind adds.
    pub name: &'static str,
    pub kind: Kind,
    pub labels: &'static [&'static str],
    /// Of the database: the same on every host. Else counted by this process.
    pub of_database: bool,
    pub help: &'static str,
}

impl Spec {
    /// As queries name it; a histogram's series add `_bucket`, `_sum` and `_count`.
    pub fn exposed(&self) -> String {
        match self.kind {
            Kind::Counter => format!("{}_total", self.name),
            Kind::Gauge | Kind::Histogram(_) => self.name.to_owned(),
        }
    }
}

/// Requests, webhook answers, calls of adapters.
const SHORT: Kind = Kind::Histogram(&[0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0]);
/// Imports, and the way of a delivery.
const LONG: Kind = Kind::Histogram(&[0.5, 1.0, 2.5, 5.0, 15.0, 30.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0, 43_200.0]);

macro_rules! metrics {
    ($($metric:ident = $name:literal $kind:ident [$($label:literal)*] $of_database:literal $help:literal;)*) => {
        /// Everything that is counted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Metric { $($metric),* }

        impl Metric {
            pub const ALL: &[Self] = &[$(Self::$metric),*];

            pub fn spec(self) -> Spec {
                match self {
                    $(Self::$metric => Spec {
                        name: $name,
                        kind: $kind,
                        labels: &[$($label),*],
                        of_database: $of_database,
                        help: $help,
                    }),*
                }
            }
        }
    };
}

use Kind::{Counter, Gauge};

metrics! {
    BuildInfo = "entrepot_build_info" Gauge ["version"] false
        "Always 1; the label is the version of this host";
    ProcessStart = "process_start_time_seconds" Gauge [] false
        "When this process began, in seconds since 1970";
    ProcessMemory = "process_resident_memory_bytes" Gauge [] false
        "Memory that this process has in use (Linux)";
    ProcessFiles = "process_open_fds" Gauge [] false
        "Files and connections that this process has open (Linux)";

    ImportSeconds = "entrepot_import_seconds" LONG ["adapter" "scope" "outcome"] false
        "Time from the first page of a run to its end; outcome: completed, incomplete, failed, cancelled";
    Items = "entrepot_items" Counter ["adapter" "source" "outcome"] false
        "Items by what became of them: created, updated, unchanged, deleted, dead_letter; source: import or webhook";
    Drift = "entrepot_drift_items" Counter ["adapter" "kind"] false
        "Items that a full import found other than webhooks and deltas had left them; kind: created, updated, deleted";
    Retries = "entrepot_retries" Counter ["adapter" "source"] false
        "Pages (source import) and deliveries (source webhook) that are tried again after a failure";
    TokenRenewals = "entrepot_token_renewals" Counter ["adapter" "outcome"] false
        "Access tokens asked for; outcome: renewed, refused (the seller has to connect anew), later (the endpoint was away)";

    Requests = "entrepot_requests" Counter ["adapter" "answer"] false
        "Requests sent to marketplaces, redirects included; answer: 2xx, 3xx, 4xx, 5xx, or none";
    RequestSeconds = "entrepot_request_seconds" SHORT ["adapter"] false
        "Time of one request to a marketplace, its body included, without the wait for the channel's pace";
    RateLimited = "entrepot_rate_limited" Counter ["adapter"] false
        "Answers that said to slow down: 429, or 503 with Retry-After";
    Denied = "entrepot_requests_denied" Counter ["adapter"] false
        "Requests of an adapter that its grant or the host refused";

    WebhookAnswers = "entrepot_webhook_answer_seconds" SHORT ["outcome"] false
        "Time in which a delivery was answered; outcome: stored, known, replied, refused, later (the adapter breaks, or too many wait), rate_limited, too_large, failed";
    WebhooksLost = "entrepot_webhooks_lost" Counter ["adapter" "outcome"] false
        "Webhooks that the hourly look found switched off or removed by the marketplace; outcome: mended, failed (tried again after ten minutes)";
    Deliveries = "entrepot_deliveries" Counter ["adapter" "outcome"] false
        "Deliveries worked on; outcome: done, again, dead";
    DeliverySeconds = "entrepot_delivery_seconds" LONG ["adapter"] false
        "Time from the receipt of a delivery to its being done";

    ConnectionsCut = "entrepot_connections_cut" Counter ["reason"] false
        "Connections of clients that were ended or refused; reason: slow (a head did not come, or an answer was not taken, in time), crowded (one that waited made room for another), full (there was no room)";

    SignIns = "entrepot_sign_ins" Counter ["outcome"] false
        "Tries to sign in; outcome: ok, refused (address or password wrong, or the account disabled), second_factor (missing or wrong), locked (too many failed), busy";
    Mails = "entrepot_mails" Counter ["outcome"] false
        "Mails; outcome: queued, sent, later (tried again), failed (given up), in_doubt (not known whether it was sent)";

    CallSeconds = "entrepot_call_seconds" SHORT ["adapter" "operation" "outcome"] false
        "Time of one call of an adapter, waiting included; outcome: ok, failed (the adapter said so), stopped (by the host)";
    CallCpuSeconds = "entrepot_call_cpu_seconds" SHORT ["adapter" "operation"] false
        "Time in which an adapter computed during one call, counted in steps of 10 ms";
    CallFailures = "entrepot_call_failures" Counter ["adapter" "operation" "class"] false
        "Calls that did not deliver, by class: rate-limited, unauthorized, unavailable, denied, not-found, invalid, adapter-stopped and others";
    CallsStopped = "entrepot_calls_stopped" Counter ["adapter" "operation" "limit"] false
        "Calls that the host ended, by what was broken: memory, tables, cpu, time, host_calls, trap (the adapter's own), or host (its own failure)";
    Instances = "entrepot_sandbox_instances" Gauge ["adapter"] false
        "Instances of an adapter that exist at this moment";

    DatabaseUp = "entrepot_database_up" Gauge [] true
        "1: the database answers. 0: it does not, and all that is read from it is missing";
    Channels = "entrepot_channels" Gauge ["adapter"] true
        "Channels in use";
    ChannelProblems = "entrepot_channel_problems" Gauge ["adapter"] true
        "Channels that somebody has to look at, mostly to connect the account anew";
    RunsActive = "entrepot_runs_active" Gauge ["state"] true
        "Runs that are queued or running";
    RunsStalled = "entrepot_runs_stalled" Gauge ["adapter"] true
        "Runs under way that brought nothing new for import.stall_minutes";
    WebhooksOff = "entrepot_webhooks_off_channels" Gauge ["adapter"] true
        "Channels whose webhooks were not in order at the last look, and could not be put in order";
    DeadLetters = "entrepot_dead_letters" Gauge ["adapter" "kind"] true
        "What was given up and waits to be replayed; kind: item, delivery, run";
    DeliveriesWaiting = "entrepot_deliveries_waiting" Gauge ["adapter"] true
        "Deliveries that are not worked on yet";
    OldestDelivery = "entrepot_oldest_delivery_age_seconds" Gauge ["adapter"] true
        "Age of the oldest delivery that is not worked on yet";
    SchedulesOverdue = "entrepot_schedules_overdue" Gauge [] true
        "Schedules that are due for more than 15 minutes, and whose channel has no run under way";
    Quarantined = "entrepot_quarantined_channels" Gauge ["adapter"] true
        "Channels for which an adapter is not called for a while, because it was stopped again and again";
    Jobs = "entrepot_queue_jobs" Gauge ["queue" "state"] true
        "Jobs of the queue: available, running, scheduled, retryable, discarded";
    RecurringFailures = "entrepot_recurring_failures" Counter ["job"] false
        "Turns of recurring jobs that failed: schedules, expired leases, token renewal, clean-up";
}
