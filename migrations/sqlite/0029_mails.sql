-- Proofs that somebody reads a mailbox, each good for one thing, once.
CREATE TABLE email_tokens (
    token_hash TEXT PRIMARY KEY, -- BLAKE3, hex
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE, -- whose account
    purpose    TEXT NOT NULL, -- verify, reset, invite, change
    email      TEXT NOT NULL, -- the address that it proves
    tenant_id  TEXT REFERENCES tenants (id), -- of an invitation: to which tenant
    created_at BIGINT NOT NULL, -- ms since the epoch
    expires_at BIGINT NOT NULL, -- ms since the epoch
    used_at    BIGINT -- ms since the epoch; null: not yet
);
CREATE INDEX email_tokens_user ON email_tokens (user_id);

-- The outbox. A row holds no secret: links are made when it is sent.
CREATE TABLE mails (
    id         TEXT PRIMARY KEY, -- mal_…
    recipient  TEXT NOT NULL, -- the address
    template   TEXT NOT NULL, -- register, reset, welcome, invite, change, and notices such as password_changed
    data       TEXT NOT NULL, -- what the text names, such as the tenant
    state      TEXT NOT NULL, -- waiting, sending, sent, dropped, in_doubt, failed
    tries      BIGINT NOT NULL DEFAULT 0, -- how often it was begun
    not_before BIGINT NOT NULL, -- ms since the epoch: when it is tried next; of one being sent: since when
    failure    TEXT, -- why it did not go the last time
    created_at BIGINT NOT NULL, -- ms since the epoch
    ended_at   BIGINT -- ms since the epoch: when it was sent or given up
);
CREATE INDEX mails_due ON mails (state, not_before);
