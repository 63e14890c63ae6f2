"""Keep the service in the indexes of places: what lies near is looked for one service at a time.

Where many cases lie, most were read from the table only to be found of another service: 3,284 read for the 60 that
burst mains within 400 m are compared with, 8 ms among a million cases.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ALIVE_UNTIL = "(CASE WHEN is_open THEN 'infinity'::timestamp with time zone ELSE completed_at END)"


def upgrade() -> None:
    _index(f"{ALIVE_UNTIL}, service_code", f", {ALIVE_UNTIL}, service_code")


def downgrade() -> None:
    _index(ALIVE_UNTIL, "")


def _index(of_place: str, of_public_place: str) -> None:
    op.execute("DROP INDEX case_geom_ix, case_public_geom_ix")
    op.execute(f'CREATE INDEX case_geom_ix ON "case" USING gist (geom, {of_place})')
    op.execute(
        f'CREATE INDEX case_public_geom_ix ON "case" USING gist (public_geom{of_public_place}) '
        "WHERE public_geom IS NOT NULL"
    )
