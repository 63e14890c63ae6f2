"""What must follow a fact: the outbox, the timers that stand, who wants to hear, what was said and sent.

`outbox` is filled by a trigger, in the transaction of the event itself: whatever appends a fact, by any
door, has it followed up exactly once, and nothing follows a fact that was rolled back. A transaction that
writes the past (an import, the demo city) says so with `vigie.past` and is followed by nothing.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE outbox (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    case_id UUID NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    attempts SMALLINT DEFAULT 0 NOT NULL,
    not_before TIMESTAMP WITH TIME ZONE,
    error TEXT,
    CONSTRAINT outbox_pkey PRIMARY KEY (id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 4000);

CREATE TABLE timer (
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    name TEXT NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    status TEXT,
    fires TEXT,
    set_by INTEGER NOT NULL,
    set_at TIMESTAMP WITH TIME ZONE NOT NULL,
    payload JSONB DEFAULT '{}' NOT NULL,
    attempts SMALLINT DEFAULT 0 NOT NULL,
    error TEXT,
    CONSTRAINT timer_pkey PRIMARY KEY (id)
);

CREATE INDEX timer_due_at_ix ON timer (due_at);

CREATE INDEX timer_case_ix ON timer (case_id);

CREATE TABLE subscription (
    id UUID NOT NULL,
    subject TEXT NOT NULL,
    subject_key TEXT NOT NULL,
    person TEXT NOT NULL,
    report_id UUID,
    language TEXT NOT NULL,
    channels TEXT[] NOT NULL,
    radius_m FLOAT,
    geom geometry(POINT,4326),
    digest BOOLEAN DEFAULT false NOT NULL,
    origin TEXT DEFAULT 'asked' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT subscription_pkey PRIMARY KEY (id),
    CONSTRAINT subscription_subject_check CHECK (subject IN ('case', 'street', 'radius', 'district', 'service')),
    CONSTRAINT subscription_language_check CHECK (language IN ('fr', 'en'))
);

CREATE UNIQUE INDEX subscription_standing_key ON subscription (person, subject, subject_key) WHERE ended_at IS NULL;

CREATE INDEX subscription_subject_ix ON subscription (subject, subject_key) WHERE ended_at IS NULL;

CREATE INDEX subscription_geom_ix ON subscription USING gist (geom) WHERE geom IS NOT NULL AND ended_at IS NULL;

CREATE TABLE notice (
    id UUID NOT NULL,
    person TEXT NOT NULL,
    kind TEXT NOT NULL,
    case_id UUID,
    event_seq INTEGER,
    report_id UUID,
    language TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    short TEXT NOT NULL,
    link TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT notice_pkey PRIMARY KEY (id),
    CONSTRAINT notice_language_check CHECK (language IN ('fr', 'en'))
);

CREATE UNIQUE INDEX notice_said_once_key ON notice (person, case_id, event_seq) WHERE event_seq IS NOT NULL;

CREATE INDEX notice_person_ix ON notice (person, created_at DESC);

CREATE TABLE delivery (
    id UUID NOT NULL,
    notice_id UUID NOT NULL,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    not_before TIMESTAMP WITH TIME ZONE NOT NULL,
    status TEXT NOT NULL,
    attempts SMALLINT DEFAULT 0 NOT NULL,
    last_attempt_at TIMESTAMP WITH TIME ZONE,
    sent_at TIMESTAMP WITH TIME ZONE,
    provider_id TEXT,
    error TEXT,
    CONSTRAINT delivery_pkey PRIMARY KEY (id),
    CONSTRAINT delivery_notice_id_fkey FOREIGN KEY(notice_id) REFERENCES notice (id) ON DELETE CASCADE,
    CONSTRAINT delivery_channel_check CHECK (channel IN ('email', 'sms', 'push', 'webhook', 'inbox')),
    CONSTRAINT delivery_status_check CHECK (status IN ('waiting', 'sent', 'failed', 'dropped'))
);

CREATE INDEX delivery_waiting_ix ON delivery (not_before, id) WHERE status = 'waiting';

CREATE INDEX delivery_notice_ix ON delivery (notice_id);

CREATE INDEX delivery_address_ix ON delivery (channel, address);
"""

FILLING = """
CREATE FUNCTION follow_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('vigie.past', true) = 'on' THEN
        RETURN NULL;
    END IF;
    INSERT INTO outbox (case_id, seq, kind, at) SELECT case_id, seq, kind, at FROM added ORDER BY case_id, seq;
    RETURN NULL;
END $$;

CREATE TRIGGER event_followed AFTER INSERT ON event REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION follow_events();
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(FILLING)


def downgrade() -> None:
    op.execute("DROP TRIGGER event_followed ON event")
    op.execute("DROP FUNCTION follow_events()")
    op.execute("DROP TABLE delivery, notice, subscription, timer, outbox")
