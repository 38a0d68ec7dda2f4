-- Artifacts that were installed, whole, so that every host on this database can run them.
CREATE TABLE adapters (
    adapter_id   TEXT  NOT NULL, -- the manifest's id, e.g. woocommerce
    version      TEXT  NOT NULL, -- the manifest's version
    digest       TEXT   NOT NULL, -- SHA-256 of the artifact, hex
    publisher    TEXT   NOT NULL, -- the manifest's publisher
    state        TEXT   NOT NULL, -- pending, approved, revoked
    manifest     TEXT NOT NULL, -- what the artifact asks for, parsed
    imports      TEXT NOT NULL, -- functions it imports, read from the binary
    exports      TEXT NOT NULL, -- functions it exports, read from the binary
    artifact     BLOB NOT NULL, -- component with its embedded manifest
    size         BIGINT NOT NULL, -- bytes of the artifact
    installed_at BIGINT NOT NULL, -- ms since the epoch
    PRIMARY KEY (adapter_id, version)
);

-- What an operator approved. A record of its own: the artifact cannot grant itself anything.
CREATE TABLE grants (
    adapter_id  TEXT  NOT NULL, -- whose
    generation  BIGINT NOT NULL, -- counts up per adapter; the highest one not revoked is in use
    version     TEXT  NOT NULL, -- which artifact it is for
    digest      TEXT   NOT NULL, -- and which bytes exactly
    body        TEXT NOT NULL, -- rules, credentials, limits as approved
    approved_by TEXT   NOT NULL, -- who
    approved_at BIGINT NOT NULL, -- ms since the epoch
    revoked_at  BIGINT,          -- ms since the epoch; null: in force
    PRIMARY KEY (adapter_id, generation),
    FOREIGN KEY (adapter_id, version) REFERENCES adapters (adapter_id, version)
);
