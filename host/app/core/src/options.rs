use std::time::Duration;

/// How runs behave.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Items asked for at a time.
    pub page_size: u32,
    /// How long a job works on a run before others have their turn.
    pub slice: Duration,
    /// After which a worker that is not heard of loses its run.
    pub lease: Duration,
    /// Tries of one page before the run fails.
    pub attempts: i64,
    /// First wait after a failure; doubled with each, up to a minute, and spread at random.
    pub backoff: Duration,
    /// Percent of a channel's items that may vanish in one run without being confirmed.
    pub mass_deletion_percent: u32,
    /// Bytes that one page may hold.
    pub page: usize,
    /// Bytes that all pages under way may hold.
    pub memory: usize,
    /// Items and listed ids that one run may bring.
    pub most_items: usize,
    /// Pages in a row that may bring nothing new.
    pub empty_pages: i64,
    /// A run that brings nothing new for so long stands still, and says so.
    pub stall: Duration,
    /// How long a worker holds on to a page while the database is away.
    pub database_patience: Duration,
    /// How long webhook deliveries are kept.
    pub keep_deliveries: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            page_size: 100,
            slice: Duration::from_secs(30),
            lease: Duration::from_secs(10),
            attempts: 8,
            backoff: Duration::from_secs(1),
            mass_deletion_percent: 30,
            page: 64 << 20,
            memory: 1 << 30,
            most_items: 2_000_000,
            empty_pages: 1_000,
            stall: Duration::from_secs(15 * 60),
            database_patience: Duration::from_secs(300),
            keep_deliveries: Duration::from_secs(30 * 24 * 60 * 60),
        }
    }
}
