"""Find equipment by the number painted on it, and the ground that has a name."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE INDEX asset_number_ix ON asset (ltrim(regexp_replace(code, '\\D', '', 'g'), '0'), kind)"
    )
    op.execute("CREATE INDEX map_feature_named_ix ON map_feature (kind) WHERE name IS NOT NULL")


def downgrade() -> None:
    op.execute("DROP INDEX map_feature_named_ix")
    op.execute("DROP INDEX asset_number_ix")
