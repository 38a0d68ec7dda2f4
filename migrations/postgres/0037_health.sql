-- How the whole host did, every quarter of an hour; kept for two weeks.
CREATE TABLE health_samples (
    at           BIGINT NOT NULL PRIMARY KEY, -- ms since the epoch: the beginning of a quarter of an hour
    fetched      BIGINT NOT NULL, -- items that runs fetched since the first one
    failed       BIGINT NOT NULL, -- runs that failed since the first one
    rate_limited BIGINT NOT NULL, -- answers that said "slow down" since the first run
    latency_ms   BIGINT, -- the longest that a delivery of the quarter before waited; null: none was worked on
    waiting      BIGINT NOT NULL, -- deliveries and runs that wait to be begun
    oldest_ms    BIGINT NOT NULL -- how long the oldest of them has waited
);
