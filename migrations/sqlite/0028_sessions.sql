-- Who is signed in, on which device.
CREATE TABLE sessions (
    id            TEXT PRIMARY KEY, -- ses_…
    token_hash    TEXT UNIQUE, -- BLAKE3 of what the browser's cookie holds, hex; null: a program, with refresh tokens
    user_id       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE, -- who
    tenant_id     TEXT REFERENCES tenants (id), -- for which tenant; null: for none
    visiting      BIGINT NOT NULL DEFAULT 0, -- 1: an operator who is no member of it, as the audit log says
    kind          TEXT NOT NULL, -- browser, api
    second_factor BIGINT NOT NULL DEFAULT 0, -- 1: it was begun with one
    address       TEXT NOT NULL, -- from where
    agent         TEXT NOT NULL, -- what the client calls itself
    created_at    BIGINT NOT NULL, -- ms since the epoch
    seen_at       BIGINT NOT NULL, -- ms since the epoch: when it was used last, to the minute
    expires_at    BIGINT NOT NULL, -- ms since the epoch
    ended_at      BIGINT, -- ms since the epoch; null: not yet
    ended_why     TEXT -- sign-out, reset, reuse, replaced, disabled, totp
);
CREATE INDEX sessions_user ON sessions (user_id);

-- The chain of a program's refresh tokens. One that is used twice ends its session.
CREATE TABLE refresh_tokens (
    token_hash  TEXT PRIMARY KEY, -- BLAKE3, hex
    session_id  TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE, -- of which session
    created_at  BIGINT NOT NULL, -- ms since the epoch
    expires_at  BIGINT NOT NULL, -- ms since the epoch
    used_at     BIGINT, -- ms since the epoch; null: not yet
    replaced_by TEXT -- hash of the one that came after it
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

-- Keys for programs.
CREATE TABLE api_keys (
    tenant_id    TEXT NOT NULL REFERENCES tenants (id), -- whose
    id           TEXT NOT NULL, -- key_…
    name         TEXT NOT NULL, -- for people
    prefix       TEXT NOT NULL UNIQUE, -- by which it is found and told from others
    secret_hash  TEXT NOT NULL, -- BLAKE3 of the rest, hex
    scopes       TEXT NOT NULL, -- what it may do, as a list
    made_by      TEXT, -- the user who made it: it can do no more than they can; null: a command did
    made_by_name TEXT NOT NULL, -- who that was, for people
    created_at   BIGINT NOT NULL, -- ms since the epoch
    last_used_at BIGINT, -- ms since the epoch, to some minutes
    expires_at   BIGINT, -- ms since the epoch; null: never
    revoked_at   BIGINT, -- ms since the epoch; null: in use
    PRIMARY KEY (tenant_id, id)
);

-- Sign-ins that failed, by the address that was tried, whether there is such an account or not.
CREATE TABLE sign_in_failures (
    subject_hash TEXT NOT NULL, -- BLAKE3 of the address, hex
    minute       BIGINT NOT NULL, -- minutes since the epoch
    count        BIGINT NOT NULL, -- how many
    PRIMARY KEY (subject_hash, minute)
);
CREATE INDEX sign_in_failures_minute ON sign_in_failures (minute);
