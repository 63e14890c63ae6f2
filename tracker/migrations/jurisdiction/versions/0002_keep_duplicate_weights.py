"""Keep what a town learned of its duplicates, one row per version, one of them in use."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE duplicate_weights (
    version TEXT NOT NULL,
    learned JSONB NOT NULL,
    kept_at TIMESTAMP WITH TIME ZONE NOT NULL,
    is_active BOOLEAN NOT NULL,
    CONSTRAINT duplicate_weights_pkey PRIMARY KEY (version)
);
CREATE UNIQUE INDEX duplicate_weights_active_uq ON duplicate_weights (is_active) WHERE is_active;
CREATE TRIGGER duplicate_weights_bump AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON duplicate_weights
    FOR EACH STATEMENT EXECUTE FUNCTION vigie.bump_revision();
"""


def upgrade() -> None:
    op.execute(TABLE)


def downgrade() -> None:
    op.execute("DROP TABLE duplicate_weights")
