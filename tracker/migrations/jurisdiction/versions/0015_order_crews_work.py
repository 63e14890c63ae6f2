"""The order a dispatcher gives a crew's cases, and when a message was written on a device without signal.

A case that ends or goes to another crew leaves the order at once, whichever statement did it: reopened, it
must not come back to a place that somebody gave it for another day.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ORDER = """
CREATE TABLE crew_order (
    case_id UUID NOT NULL,
    crew_id BIGINT NOT NULL,
    place INTEGER NOT NULL,
    set_by TEXT NOT NULL,
    set_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT crew_order_pkey PRIMARY KEY (case_id),
    CONSTRAINT crew_order_place_key UNIQUE (crew_id, place),
    CONSTRAINT crew_order_place_check CHECK (place > 0)
);

CREATE FUNCTION leave_crew_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DELETE FROM %I.crew_order WHERE case_id = $1', TG_TABLE_SCHEMA) USING NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER case_leaves_crew_order AFTER UPDATE OF is_open, crew_id ON "case"
    FOR EACH ROW WHEN ((OLD.is_open AND NOT NEW.is_open) OR OLD.crew_id IS DISTINCT FROM NEW.crew_id)
    EXECUTE FUNCTION leave_crew_order();
"""


def upgrade() -> None:
    op.execute("ALTER TABLE message ADD COLUMN device_at TIMESTAMP WITH TIME ZONE")
    op.execute(ORDER)


def downgrade() -> None:
    op.execute('DROP TRIGGER case_leaves_crew_order ON "case"')
    op.execute("DROP FUNCTION leave_crew_order()")
    op.execute("DROP TABLE crew_order")
    op.execute("ALTER TABLE message DROP COLUMN device_at")
