-- People. A person belongs to no tenant, or to several.
CREATE TABLE users (
    id          TEXT COLLATE "C" PRIMARY KEY, -- usr_…
    email       TEXT COLLATE "C" NOT NULL UNIQUE, -- in the one form that addresses are compared by
    name        TEXT NOT NULL, -- for people
    password    TEXT, -- Argon2id, as a PHC string; null: none was chosen yet
    verified_at BIGINT, -- ms since the epoch: when the address was proved; null: it was not
    totp        BYTEA, -- secret of the second factor, sealed; null: there is none
    totp_new    BYTEA, -- the same of one that is being set up, sealed
    totp_step   BIGINT NOT NULL DEFAULT 0, -- step of the last code that was taken: none is taken twice
    disabled_at BIGINT, -- ms since the epoch; null: in use
    created_at  BIGINT NOT NULL -- ms since the epoch
);

-- Codes for whoever lost their second factor, each good for one sign-in.
CREATE TABLE recovery_codes (
    user_id   TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE, -- whose
    code_hash TEXT COLLATE "C" NOT NULL, -- BLAKE3 of the code, hex
    used_at   BIGINT, -- ms since the epoch; null: not yet
    PRIMARY KEY (user_id, code_hash)
);

-- What a person is to the host.
CREATE TABLE host_roles (
    user_id  TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE, -- who
    role     TEXT COLLATE "C" NOT NULL, -- operator, reviewer
    given_by TEXT NOT NULL, -- who gave it
    given_at BIGINT NOT NULL, -- ms since the epoch
    PRIMARY KEY (user_id, role)
);

-- What a person is to a tenant.
CREATE TABLE memberships (
    tenant_id   TEXT COLLATE "C" NOT NULL REFERENCES tenants (id), -- to which
    user_id     TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE, -- who
    role        TEXT COLLATE "C" NOT NULL, -- owner, seller, viewer
    invited_by  TEXT NOT NULL, -- who asked them in
    invited_at  BIGINT NOT NULL, -- ms since the epoch
    accepted_at BIGINT, -- ms since the epoch; null: invited, and not there yet
    PRIMARY KEY (tenant_id, user_id)
);
CREATE INDEX memberships_user ON memberships (user_id);

-- Tenants as they are looked after: what was there before accounts is the tenant of its name.
ALTER TABLE tenants ADD COLUMN state TEXT COLLATE "C" NOT NULL DEFAULT 'active'; -- active, removed
ALTER TABLE tenants ADD COLUMN limits JSONB NOT NULL DEFAULT '{}'; -- its own limits, over those of its plan
CREATE UNIQUE INDEX tenants_name ON tenants (name) WHERE state <> 'removed';
UPDATE tenants SET name = 'default' WHERE id = 'ten_default' AND name = 'Default';
