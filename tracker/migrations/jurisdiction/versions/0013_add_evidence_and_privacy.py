"""Checkpoints over the sealed histories, certificates, holds; words that can be erased; public positions.

A chain alone does not survive an owner who rewrites it whole: checkpoints (docs/decisions/0021) sign, outside
the database, a Merkle root over every event. What people and staff write in free words is kept beside the event
in `event_text`; the event seals a salted digest of it, so that erasing the words breaks no chain (0022).
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE checkpoint (
    id BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    size BIGINT NOT NULL,
    root BYTEA NOT NULL,
    note TEXT NOT NULL,
    CONSTRAINT checkpoint_pkey PRIMARY KEY (id)
);

CREATE TABLE checkpoint_entry (
    checkpoint_id BIGINT NOT NULL,
    case_id UUID NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    first_leaf BIGINT NOT NULL,
    CONSTRAINT checkpoint_entry_pkey PRIMARY KEY (case_id, last_seq),
    CONSTRAINT checkpoint_entry_checkpoint_id_fkey FOREIGN KEY(checkpoint_id) REFERENCES checkpoint (id)
);

CREATE UNIQUE INDEX checkpoint_entry_leaf_key ON checkpoint_entry (first_leaf);

CREATE TABLE checkpoint_tile (
    level SMALLINT NOT NULL,
    place BIGINT NOT NULL,
    hashes BYTEA NOT NULL,
    CONSTRAINT checkpoint_tile_pkey PRIMARY KEY (level, place)
);

CREATE TABLE certificate (
    code TEXT NOT NULL,
    sha256 BYTEA NOT NULL,
    statement JSONB NOT NULL,
    issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
    issued_by TEXT NOT NULL,
    CONSTRAINT certificate_pkey PRIMARY KEY (code)
);

CREATE TABLE hold (
    id UUID NOT NULL,
    case_id UUID,
    geom geometry(POINT,4326),
    radius_m FLOAT,
    from_at TIMESTAMP WITH TIME ZONE,
    to_at TIMESTAMP WITH TIME ZONE,
    reason TEXT NOT NULL,
    placed_by TEXT NOT NULL,
    placed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    released_at TIMESTAMP WITH TIME ZONE,
    released_by TEXT,
    CONSTRAINT hold_pkey PRIMARY KEY (id),
    CONSTRAINT hold_subject_check CHECK ((case_id IS NOT NULL) <> (geom IS NOT NULL AND radius_m > 0)),
    CONSTRAINT hold_reason_check CHECK (reason <> ''),
    CONSTRAINT hold_released_check CHECK ((released_at IS NULL) = (released_by IS NULL)),
    CONSTRAINT hold_case_id_fkey FOREIGN KEY(case_id) REFERENCES "case" (id)
);

CREATE INDEX hold_case_ix ON hold (case_id) WHERE released_at IS NULL;

CREATE INDEX hold_geom_ix ON hold USING gist (geom) WHERE released_at IS NULL;

CREATE TABLE event_text (
    case_id UUID NOT NULL,
    seq INTEGER NOT NULL,
    name TEXT NOT NULL,
    salt BYTEA NOT NULL,
    text TEXT NOT NULL,
    CONSTRAINT event_text_pkey PRIMARY KEY (case_id, seq, name)
);

CREATE TABLE anonymisation_run (
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by TEXT NOT NULL,
    criteria JSONB NOT NULL,
    counts JSONB NOT NULL,
    smallest_group INTEGER,
    CONSTRAINT anonymisation_run_pkey PRIMARY KEY (id),
    CONSTRAINT anonymisation_run_kind_check CHECK (kind IN ('retention', 'erasure', 'photos'))
);

CREATE INDEX anonymisation_run_at_ix ON anonymisation_run (at DESC);

ALTER TABLE report ADD COLUMN anonymised_at TIMESTAMP WITH TIME ZONE;

CREATE INDEX report_kept_ix ON report (received_at) WHERE anonymised_at IS NULL;

ALTER TABLE "case" ADD COLUMN public_geom geometry(POINT,4326);

ALTER TABLE "case" ADD COLUMN public_place TEXT;

CREATE INDEX case_public_geom_ix ON "case" USING gist (public_geom) WHERE public_geom IS NOT NULL;
"""

APPEND_ONLY = ("checkpoint", "checkpoint_entry", "certificate", "anonymisation_run")

# What points at a home is shown to the public in the middle of the nearest segment longer than 45 m (domain.md,
# finding 8); where there is none within reach, or no place at all, it is not shown. Every door writes through
# this trigger. Half a kilometre: beyond it the middle of a country road says nothing any more.
PUBLIC_PLACE = """
CREATE FUNCTION choose_public_place() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE street record;
BEGIN
    IF (SELECT s.location_kind FROM service s WHERE s.id = NEW.service_id) IN ('address', 'lot') THEN
        IF TG_OP = 'UPDATE' AND OLD.public_geom IS NOT NULL AND NEW.geom && ST_Expand(OLD.geom, 0.001) THEN
            -- A neighbour's report moves the mean a little: the public position must not tell which way.
            RETURN NEW;
        END IF;
        SELECT ST_LineInterpolatePoint(near.geom, 0.5) AS geom, near.name INTO street FROM (
            SELECT s.geom, s.name FROM street_segment s
            WHERE s.geom && ST_Expand(NEW.geom, 0.0064, 0.0045)
              AND ST_Length(s.geom::geography) > 45
            ORDER BY s.geom <-> NEW.geom, s.id LIMIT 1) near;
        NEW.public_geom := street.geom;
        NEW.public_place := street.name;
        NEW.is_public := NEW.is_public AND street.geom IS NOT NULL;
    ELSE
        NEW.public_geom := NULL;
        NEW.public_place := NULL;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER case_public_place BEFORE INSERT OR UPDATE OF geom, service_id, is_public ON "case"
    FOR EACH ROW EXECUTE FUNCTION choose_public_place();
"""

# As 0005 wrote it, with the place that the counts are made of left open.
COUNTING = """
CREATE OR REPLACE FUNCTION note_case_cells() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO case_cell_change
        SELECT (world_x({place}) >> 12)::int AS x, (world_y({place}) >> 12)::int AS y, is_open, is_public, workflow,
               split_part(service_code, '-', 1) AS g, count(*), sum(world_x({place})), sum(world_y({place}))
        FROM new_rows WHERE geom IS NOT NULL AND parent_id IS NULL
        GROUP BY 1, 2, 3, 4, 5, 6;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO case_cell_change
        SELECT (world_x({place}) >> 12)::int AS x, (world_y({place}) >> 12)::int AS y, is_open, is_public, workflow,
               split_part(service_code, '-', 1) AS g, -count(*), -sum(world_x({place})), -sum(world_y({place}))
        FROM old_rows WHERE geom IS NOT NULL AND parent_id IS NULL
        GROUP BY 1, 2, 3, 4, 5, 6;
    ELSIF TG_OP = 'UPDATE' THEN
        -- A row of zero is kept too: it tells readers that something they may show has changed.
        INSERT INTO case_cell_change
        SELECT (world_x(geom) >> 12)::int AS x, (world_y(geom) >> 12)::int AS y, is_open, is_public, workflow,
               split_part(service_code, '-', 1) AS g, sum(n), sum(n * world_x(geom)), sum(n * world_y(geom))
        FROM (
            SELECT {place} AS geom, parent_id, is_open, is_public, workflow, service_code, -1 AS n FROM old_rows
            UNION ALL
            SELECT {place}, parent_id, is_open, is_public, workflow, service_code, 1 FROM new_rows
        ) both_rows WHERE geom IS NOT NULL AND parent_id IS NULL
        GROUP BY 1, 2, 3, 4, 5, 6;
    ELSE
        TRUNCATE case_cell, case_cell_change;
        UPDATE case_cell_fold SET folds = folds + 1;
    END IF;
    RETURN NULL;
END $$;
"""
SHOWN = "coalesce(public_geom, geom)"

# Where what is known already stands; the counts move with it.
BACKFILL = """
UPDATE "case" SET is_public = is_public
WHERE service_id IN (SELECT id FROM service WHERE location_kind IN ('address', 'lot'));
"""


def upgrade() -> None:
    op.execute(TABLES)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION vigie.refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION vigie.refuse_change()"
        )
    op.execute(COUNTING.replace("{place}", SHOWN))
    op.execute(PUBLIC_PLACE)
    op.execute(BACKFILL)


def downgrade() -> None:
    op.execute('DROP TRIGGER case_public_place ON "case"')
    op.execute("DROP FUNCTION choose_public_place()")
    op.execute(
        'UPDATE "case" SET public_geom = NULL WHERE public_geom IS NOT NULL'  # the counts go back with it
    )
    op.execute(COUNTING.replace("{place}", "geom"))
    op.execute('ALTER TABLE "case" DROP COLUMN public_geom, DROP COLUMN public_place')
    op.execute("ALTER TABLE report DROP COLUMN anonymised_at")
    op.execute(
        "DROP TABLE anonymisation_run, event_text, hold, certificate, checkpoint_tile, checkpoint_entry, checkpoint"
    )
