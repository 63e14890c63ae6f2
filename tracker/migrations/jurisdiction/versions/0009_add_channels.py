"""How notices leave: claims on deliveries, addresses not to be used, push subscriptions, webhooks, the inbox."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE delivery ADD COLUMN claimed_until TIMESTAMP WITH TIME ZONE;
ALTER TABLE delivery ADD COLUMN first_attempt_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE delivery ADD COLUMN unsure BOOLEAN DEFAULT false NOT NULL;

CREATE INDEX delivery_due_ix ON delivery (channel, not_before, id) WHERE status = 'waiting';

CREATE INDEX delivery_queue_ix ON delivery (channel, address, id) WHERE status = 'waiting';

CREATE INDEX delivery_provider_ix ON delivery (channel, provider_id) WHERE provider_id IS NOT NULL;

CREATE TABLE channel_state (
    channel TEXT NOT NULL,
    failures INTEGER NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_until TIMESTAMP WITH TIME ZONE NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT channel_state_pkey PRIMARY KEY (channel)
);

CREATE TABLE suppressed_address (
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT suppressed_address_pkey PRIMARY KEY (channel, address),
    CONSTRAINT suppressed_address_channel_check CHECK (channel IN ('email', 'sms')),
    CONSTRAINT suppressed_address_reason_check CHECK (reason IN ('dead', 'bounced', 'stopped'))
);

CREATE TABLE push_subscription (
    id UUID NOT NULL,
    person TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    p256dh TEXT NOT NULL,
    auth TEXT NOT NULL,
    language TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT push_subscription_pkey PRIMARY KEY (id),
    CONSTRAINT push_subscription_language_check CHECK (language IN ('fr', 'en'))
);

CREATE UNIQUE INDEX push_subscription_key ON push_subscription (person, endpoint);

CREATE INDEX push_subscription_endpoint_ix ON push_subscription (endpoint);

CREATE TABLE notify_key (
    name TEXT NOT NULL,
    public TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT notify_key_pkey PRIMARY KEY (name)
);

CREATE TABLE webhook_endpoint (
    id UUID NOT NULL,
    url TEXT NOT NULL,
    label TEXT NOT NULL,
    kinds TEXT[] NOT NULL,
    sealed_secret BYTEA NOT NULL,
    enabled BOOLEAN NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    failing_since TIMESTAMP WITH TIME ZONE,
    disabled_at TIMESTAMP WITH TIME ZONE,
    reason TEXT,
    CONSTRAINT webhook_endpoint_pkey PRIMARY KEY (id)
);

CREATE TABLE inbound_message (
    id UUID NOT NULL,
    digest BYTEA NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    sender TEXT,
    report_id UUID,
    raw BYTEA,
    CONSTRAINT inbound_message_pkey PRIMARY KEY (id),
    CONSTRAINT inbound_message_outcome_check CHECK (outcome IN ('reply', 'bounce', 'ignored', 'quarantined', 'released'))
);

CREATE UNIQUE INDEX inbound_message_digest_key ON inbound_message (digest);

CREATE INDEX inbound_message_expires_at_ix ON inbound_message (expires_at);
"""

DOWN = """
DROP TABLE inbound_message, webhook_endpoint, notify_key, push_subscription, suppressed_address, channel_state;
DROP INDEX delivery_provider_ix, delivery_queue_ix, delivery_due_ix;
ALTER TABLE delivery DROP COLUMN unsure;
ALTER TABLE delivery DROP COLUMN first_attempt_at;
ALTER TABLE delivery DROP COLUMN claimed_until;
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)
