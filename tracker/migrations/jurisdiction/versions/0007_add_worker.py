"""What workers need: tries of timers, cases taken up, periodic jobs, who is on call, pages, escalations, causes."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

UP = """
CREATE INDEX outbox_held_ix ON outbox (case_id) WHERE attempts > 0;

ALTER TABLE timer ADD COLUMN not_before TIMESTAMP WITH TIME ZONE;

CREATE TABLE timer_adoption (
    case_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT timer_adoption_pkey PRIMARY KEY (case_id)
);

CREATE TABLE escalation (
    case_id UUID NOT NULL,
    seq INTEGER NOT NULL,
    level TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    promised_for TIMESTAMP WITH TIME ZONE,
    reason TEXT,
    CONSTRAINT escalation_pkey PRIMARY KEY (case_id, seq),
    CONSTRAINT escalation_level_check CHECK (level IN ('queue', 'chief', 'supervisor', 'director', 'council'))
);

CREATE INDEX escalation_level_ix ON escalation (level, at);

CREATE TABLE periodic (
    name TEXT NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE,
    took_ms INTEGER,
    attempts SMALLINT DEFAULT 0 NOT NULL,
    error TEXT,
    CONSTRAINT periodic_pkey PRIMARY KEY (name)
);

CREATE TABLE duty (
    id UUID NOT NULL,
    domain TEXT NOT NULL,
    rank TEXT NOT NULL,
    starts_on DATE NOT NULL,
    name TEXT NOT NULL,
    phone TEXT,
    email TEXT,
    staff_id UUID,
    CONSTRAINT duty_pkey PRIMARY KEY (id),
    CONSTRAINT duty_turn_key UNIQUE (domain, rank, starts_on),
    CONSTRAINT duty_domain_check CHECK (domain IN ('all', 'roads', 'water', 'buildings', 'electricity')),
    CONSTRAINT duty_rank_check CHECK (rank IN ('first', 'second', 'supervisor', 'director')),
    CONSTRAINT duty_reachable_check CHECK (phone IS NOT NULL OR email IS NOT NULL OR staff_id IS NOT NULL)
);

CREATE TABLE page (
    id UUID NOT NULL,
    case_id UUID,
    domain TEXT NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    secret TEXT NOT NULL,
    acknowledged_at TIMESTAMP WITH TIME ZONE,
    acknowledged_by TEXT,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT page_pkey PRIMARY KEY (id),
    CONSTRAINT page_domain_check CHECK (domain IN ('roads', 'water', 'buildings', 'electricity'))
);

CREATE UNIQUE INDEX page_one_open_key ON page (case_id) WHERE ended_at IS NULL AND case_id IS NOT NULL;

CREATE INDEX page_opened_at_ix ON page (opened_at DESC);

CREATE TABLE page_call (
    page_id UUID NOT NULL,
    rank TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    name TEXT,
    phone TEXT,
    email TEXT,
    staff_id UUID,
    CONSTRAINT page_call_pkey PRIMARY KEY (page_id, rank),
    CONSTRAINT page_call_page_id_fkey FOREIGN KEY(page_id) REFERENCES page (id) ON DELETE CASCADE,
    CONSTRAINT page_call_rank_check CHECK (rank IN ('first', 'second', 'supervisor', 'director'))
);

CREATE TABLE cause (
    id UUID NOT NULL,
    service_code TEXT NOT NULL,
    segment_id BIGINT NOT NULL,
    cases INTEGER NOT NULL,
    first_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    found_at TIMESTAMP WITH TIME ZONE NOT NULL,
    settled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT cause_pkey PRIMARY KEY (id)
);

CREATE UNIQUE INDEX cause_one_open_key ON cause (service_code, segment_id) WHERE settled_at IS NULL;
"""

DOWN = """
DROP TABLE cause, page_call, page, duty, periodic, escalation, timer_adoption;
ALTER TABLE timer DROP COLUMN not_before;
DROP INDEX outbox_held_ix;
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)
