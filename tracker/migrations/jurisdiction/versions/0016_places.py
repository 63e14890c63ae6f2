"""Places in activities and numbered seats: halls with their seats, and who is registered for what."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# A place and a seat are units like any other: booking_unit_one_holder keeps two people off one of them. What is
# new here keeps one person from being registered twice, and gives each unit of a hall its row and number.
TABLES = """
CREATE TABLE hall (
    code TEXT NOT NULL,
    name_fr TEXT NOT NULL,
    name_en TEXT NOT NULL,
    CONSTRAINT hall_pkey PRIMARY KEY (code)
);

CREATE TABLE seat (
    hall_code TEXT NOT NULL,
    unit INTEGER NOT NULL,
    line TEXT NOT NULL,
    number INTEGER NOT NULL,
    is_accessible BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT seat_pkey PRIMARY KEY (hall_code, unit),
    CONSTRAINT seat_hall_code_fkey FOREIGN KEY(hall_code) REFERENCES hall (code) ON DELETE CASCADE,
    CONSTRAINT seat_hall_code_line_number_key UNIQUE (hall_code, line, number),
    CONSTRAINT seat_unit_check CHECK (unit BETWEEN 1 AND 10000)
);

ALTER TABLE resource ADD COLUMN hall_code TEXT,
    ADD CONSTRAINT resource_hall_code_fkey FOREIGN KEY (hall_code) REFERENCES hall (code);
ALTER TABLE booking ADD COLUMN is_resident BOOLEAN, ADD COLUMN participant BYTEA;

CREATE UNIQUE INDEX booking_participant_key ON booking (resource_id, participant)
    WHERE participant IS NOT NULL AND state <> 'released';
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("DROP INDEX booking_participant_key")
    op.execute("ALTER TABLE booking DROP COLUMN is_resident, DROP COLUMN participant")
    op.execute("ALTER TABLE resource DROP COLUMN hall_code")
    op.execute("DROP TABLE seat, hall")
