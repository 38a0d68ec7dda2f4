-- What marketplaces told by webhook: stored before it is acknowledged, worked on afterwards, kept for a while.
CREATE TABLE webhook_deliveries (
    tenant_id    TEXT NOT NULL, -- whose
    id           TEXT NOT NULL, -- dlv_…, in the order of arrival
    channel_id   TEXT NOT NULL, -- to which channel
    delivery_id  TEXT NOT NULL, -- what makes two deliveries the same one, in the adapter's words
    topic        TEXT NOT NULL, -- the marketplace's word for what it is about
    headers      TEXT NOT NULL, -- [[name, value]] as received, without those that could hold credentials
    body         BLOB NOT NULL, -- as received
    events       BLOB NOT NULL, -- what the adapter made of it, JSON text compressed with LZ4 (size first)
    occurred_at  BIGINT, -- ms since the epoch, by the marketplace; null: it does not say
    received_at  BIGINT NOT NULL, -- ms since the epoch
    generation   BIGINT NOT NULL, -- the grant under which it was verified
    state        TEXT NOT NULL, -- pending, done, dead
    attempts     BIGINT NOT NULL, -- failed tries
    not_before   BIGINT NOT NULL, -- ms since the epoch: not tried again before; 0: at once
    failure      TEXT, -- why the last try failed; null: it did not
    note         TEXT, -- what came of it, for people
    processed_at BIGINT, -- ms since the epoch; null: not yet
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, channel_id) REFERENCES channels (tenant_id, id)
);

CREATE UNIQUE INDEX webhook_deliveries_once ON webhook_deliveries (tenant_id, channel_id, delivery_id);
CREATE INDEX webhook_deliveries_by_channel ON webhook_deliveries (tenant_id, channel_id, id);
CREATE INDEX webhook_deliveries_pending ON webhook_deliveries (tenant_id, channel_id, id) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_age ON webhook_deliveries (received_at);

-- Per channel: who works on its deliveries, and whether it is subscribed.
CREATE TABLE webhook_inboxes (
    tenant_id    TEXT NOT NULL, -- whose
    channel_id   TEXT NOT NULL, -- of which channel
    lease_owner  TEXT NOT NULL, -- who works on it at this moment; empty: nobody
    lease_until  BIGINT NOT NULL, -- ms since the epoch: by then it is given up
    not_before   BIGINT NOT NULL, -- ms since the epoch: nothing is asked of the marketplace before
    callback_url TEXT, -- where the marketplace is to deliver to; null: no subscriptions are wanted
    mended_at    BIGINT NOT NULL, -- ms since the epoch: when somebody last looked after the subscriptions
    PRIMARY KEY (tenant_id, channel_id),
    FOREIGN KEY (tenant_id, channel_id) REFERENCES channels (tenant_id, id)
);

-- Stock that is told of without its product is found by the marketplace's item and place.
CREATE INDEX inventory_levels_item ON inventory_levels (tenant_id, item_id, location_id) WHERE item_id IS NOT NULL;
