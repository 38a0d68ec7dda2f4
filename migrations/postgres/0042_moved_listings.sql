-- Its channel leads elsewhere by now, and nobody looked yet whether it stands there.
ALTER TABLE listings ADD COLUMN unconfirmed BIGINT NOT NULL DEFAULT 0; -- how often since it was looked at; 0: it stands there
