"""Pauses of a case kept whole, promises suspended by a storm, and the storms themselves.

A pause was known only while it ran: neither a cap over all pauses of a case nor the net time could be told.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CASES = """
ALTER TABLE "case" ADD COLUMN pauses TIMESTAMP WITH TIME ZONE[] DEFAULT '{}' NOT NULL;
ALTER TABLE "case" ADD COLUMN suspended_since TIMESTAMP WITH TIME ZONE;
CREATE INDEX case_paused_ix ON "case" (id)
    WHERE is_open AND (paused_since IS NOT NULL OR suspended_since IS NOT NULL);
DROP INDEX case_queue_ix;
CREATE INDEX case_queue_ix ON "case" (status, resolve_by, priority, workflow, paused_since, suspended_since) WHERE is_open;
"""

STORM = """
CREATE TABLE storm (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    name TEXT NOT NULL,
    districts TEXT[] NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE,
    precipitation_ended_at TIMESTAMP WITH TIME ZONE,
    passes JSONB DEFAULT '[]' NOT NULL,
    message_fr TEXT DEFAULT '' NOT NULL,
    message_en TEXT DEFAULT '' NOT NULL,
    is_applied BOOLEAN DEFAULT false NOT NULL,
    is_over BOOLEAN DEFAULT false NOT NULL,
    declared_by TEXT NOT NULL,
    declared_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT storm_pkey PRIMARY KEY (id),
    CONSTRAINT storm_dates_check CHECK (ends_at IS NULL OR ends_at > starts_at)
);

CREATE TRIGGER storm_bump AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON storm
    FOR EACH STATEMENT EXECUTE FUNCTION vigie.bump_revision();
"""


def upgrade() -> None:
    op.execute(CASES)
    op.execute(STORM)


def downgrade() -> None:
    op.execute("DROP TRIGGER storm_bump ON storm")
    op.execute("DROP TABLE storm")
    op.execute("DROP INDEX case_paused_ix")
    op.execute("DROP INDEX case_queue_ix")
    op.execute('ALTER TABLE "case" DROP COLUMN suspended_since, DROP COLUMN pauses')
    op.execute('CREATE INDEX case_queue_ix ON "case" (status, resolve_by, priority, workflow) WHERE is_open')
