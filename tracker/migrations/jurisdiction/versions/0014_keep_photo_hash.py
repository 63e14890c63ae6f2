"""Keep what each photo looks like, so that the same picture sent twice is known at intake."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE photo ADD COLUMN difference_hash BIGINT")


def downgrade() -> None:
    op.execute("ALTER TABLE photo DROP COLUMN difference_hash")
