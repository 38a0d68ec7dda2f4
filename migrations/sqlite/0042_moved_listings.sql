-- Its channel leads elsewhere by now, and nobody looked yet whether it stands there.
ALTER TABLE listings ADD COLUMN unconfirmed BIGINT NOT NULL DEFAULT 0; -- 1: so it is
