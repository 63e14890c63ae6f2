"""Counts of cases by cell of the map, kept up to date; proposals that many cases are one incident.

Counting by cell must never make two submits wait for one another, so no counter is changed where cases are
written: a trigger appends what changed to `case_cell_change`, which has no index, and `fold_case_cells` adds
it to the counters from time to time. Whoever reads adds the two: the sum is exact at every instant.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE case_cell (
    z SMALLINT NOT NULL,
    x INTEGER NOT NULL,
    y INTEGER NOT NULL,
    cell SMALLINT NOT NULL,
    is_open BOOLEAN NOT NULL,
    is_public BOOLEAN NOT NULL,
    workflow TEXT NOT NULL,
    group_code TEXT NOT NULL,
    n INTEGER NOT NULL,
    sx BIGINT NOT NULL,
    sy BIGINT NOT NULL,
    CONSTRAINT case_cell_pkey PRIMARY KEY (z, x, y, cell, is_open, is_public, workflow, group_code)
);

CREATE INDEX case_cell_empty_ix ON case_cell (z) WHERE n = 0;

CREATE TABLE case_cell_change (
    x INTEGER NOT NULL,
    y INTEGER NOT NULL,
    is_open BOOLEAN NOT NULL,
    is_public BOOLEAN NOT NULL,
    workflow TEXT NOT NULL,
    group_code TEXT NOT NULL,
    n INTEGER NOT NULL,
    sx BIGINT NOT NULL,
    sy BIGINT NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 4000);

CREATE TABLE case_cell_fold (
    id SMALLINT NOT NULL,
    folds BIGINT NOT NULL,
    CONSTRAINT case_cell_fold_pkey PRIMARY KEY (id),
    CONSTRAINT case_cell_fold_one_check CHECK (id = 1)
);

CREATE TABLE surge (
    id UUID NOT NULL,
    rule TEXT NOT NULL,
    place_key TEXT NOT NULL,
    service_codes TEXT[] NOT NULL,
    status TEXT NOT NULL,
    geom geometry(POINT,4326) NOT NULL,
    radius_m FLOAT NOT NULL,
    first_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    observed INTEGER NOT NULL,
    expected FLOAT NOT NULL,
    log10_p FLOAT NOT NULL,
    evidence JSONB NOT NULL,
    found_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version INTEGER NOT NULL,
    decided_at TIMESTAMP WITH TIME ZONE,
    decided_by TEXT,
    reason TEXT,
    parent_case_id UUID,
    CONSTRAINT surge_pkey PRIMARY KEY (id),
    CONSTRAINT surge_status_check CHECK (status IN ('proposed', 'confirmed', 'dismissed', 'lapsed')),
    CONSTRAINT surge_decided_check CHECK (status IN ('proposed', 'lapsed') OR (decided_at IS NOT NULL AND decided_by IS NOT NULL)),
    CONSTRAINT surge_parent_check CHECK (status <> 'confirmed' OR parent_case_id IS NOT NULL)
);

CREATE UNIQUE INDEX surge_one_proposed_key ON surge (rule, place_key) WHERE status = 'proposed';

CREATE INDEX surge_last_at_ix ON surge (last_at);

CREATE TABLE surge_case (
    surge_id UUID NOT NULL,
    case_id UUID NOT NULL,
    link_id UUID,
    CONSTRAINT surge_case_pkey PRIMARY KEY (surge_id, case_id),
    CONSTRAINT surge_case_surge_id_fkey FOREIGN KEY(surge_id) REFERENCES surge (id) ON DELETE CASCADE
);

CREATE INDEX surge_case_case_id_ix ON surge_case (case_id);
"""

# World pixels are Web Mercator's square (EPSG:3857) cut in 2^31 by 2^31; a cell of level 19 is 4096 of them wide
# (54 m at 45 degrees north). Latitudes that the square does not reach are put on its edge.
FUNCTIONS = """
CREATE FUNCTION world_x(geometry) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT least(2147483647, greatest(0, floor((ST_X($1) + 180) / 360 * 2147483648)))::bigint
$$;
CREATE FUNCTION world_y(geometry) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT least(2147483647, greatest(0, floor(
        (1 - asinh(tand(least(85.05, greatest(-85.05, ST_Y($1))))) / pi()) / 2 * 2147483648)))::bigint
$$;

CREATE FUNCTION note_case_cells() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO case_cell_change
        SELECT (world_x(geom) >> 12)::int AS x, (world_y(geom) >> 12)::int AS y, is_open, is_public, workflow,
               split_part(service_code, '-', 1) AS g, count(*), sum(world_x(geom)), sum(world_y(geom))
        FROM new_rows WHERE geom IS NOT NULL AND parent_id IS NULL
        GROUP BY 1, 2, 3, 4, 5, 6;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO case_cell_change
        SELECT (world_x(geom) >> 12)::int AS x, (world_y(geom) >> 12)::int AS y, is_open, is_public, workflow,
               split_part(service_code, '-', 1) AS g, -count(*), -sum(world_x(geom)), -sum(world_y(geom))
        FROM old_rows WHERE geom IS NOT NULL AND parent_id IS NULL
        GROUP BY 1, 2, 3, 4, 5, 6;
    ELSIF TG_OP = 'UPDATE' THEN
        -- A row of zero is kept too: it tells readers that something they may show has changed.
        INSERT INTO case_cell_change
        SELECT (world_x(geom) >> 12)::int AS x, (world_y(geom) >> 12)::int AS y, is_open, is_public, workflow,
               split_part(service_code, '-', 1) AS g, sum(n), sum(n * world_x(geom)), sum(n * world_y(geom))
        FROM (
            SELECT geom, parent_id, is_open, is_public, workflow, service_code, -1 AS n FROM old_rows
            UNION ALL
            SELECT geom, parent_id, is_open, is_public, workflow, service_code, 1 FROM new_rows
        ) both_rows WHERE geom IS NOT NULL AND parent_id IS NULL
        GROUP BY 1, 2, 3, 4, 5, 6;
    ELSE
        TRUNCATE case_cell, case_cell_change;
        UPDATE case_cell_fold SET folds = folds + 1;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION fold_case_cells() RETURNS bigint LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE folded bigint;
BEGIN
    -- One at a time; whoever comes second has nothing to do.
    IF NOT pg_try_advisory_xact_lock('case_cell'::regclass::oid::bigint + 5000000000000) THEN
        RETURN 0;
    END IF;
    WITH moved AS (
        DELETE FROM case_cell_change RETURNING *
    ), by_cell AS (
        SELECT x, y, is_open, is_public, workflow, group_code, sum(n) AS n, sum(sx) AS sx, sum(sy) AS sy, count(*) AS rows
        FROM moved GROUP BY 1, 2, 3, 4, 5, 6
    ), added AS (
        INSERT INTO case_cell AS c
        SELECT z, x >> (19 - z), y >> (19 - z), (((y >> (16 - z)) & 7) * 8 + ((x >> (16 - z)) & 7))::smallint AS cell,
               is_open, is_public, workflow, group_code, sum(n), sum(sx), sum(sy)
        FROM by_cell, generate_series(9, 16) AS z
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING sum(n) <> 0 OR sum(sx) <> 0 OR sum(sy) <> 0
        ON CONFLICT (z, x, y, cell, is_open, is_public, workflow, group_code)
        DO UPDATE SET n = c.n + excluded.n, sx = c.sx + excluded.sx, sy = c.sy + excluded.sy
    )
    SELECT coalesce(sum(rows), 0) INTO folded FROM by_cell;
    DELETE FROM case_cell WHERE n = 0;
    INSERT INTO case_cell_fold AS f VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET folds = f.folds + 1;
    RETURN folded;
END $$;
"""

TRIGGERS = """
CREATE TRIGGER case_cell_insert AFTER INSERT ON "case" REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION note_case_cells();
CREATE TRIGGER case_cell_update AFTER UPDATE ON "case" REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION note_case_cells();
CREATE TRIGGER case_cell_delete AFTER DELETE ON "case" REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION note_case_cells();
CREATE TRIGGER case_cell_truncate AFTER TRUNCATE ON "case"
    FOR EACH STATEMENT EXECUTE FUNCTION note_case_cells();
CREATE TRIGGER address_map_bump AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON address
    FOR EACH STATEMENT EXECUTE FUNCTION vigie.bump_revision();
"""

BACKFILL = """
INSERT INTO case_cell_change
SELECT (world_x(geom) >> 12)::int AS x, (world_y(geom) >> 12)::int AS y, is_open, is_public, workflow,
       split_part(service_code, '-', 1) AS g, count(*), sum(world_x(geom)), sum(world_y(geom))
FROM "case" WHERE geom IS NOT NULL AND parent_id IS NULL
GROUP BY 1, 2, 3, 4, 5, 6;
SELECT fold_case_cells();
"""


def upgrade() -> None:
    for part in (TABLES, FUNCTIONS, TRIGGERS, BACKFILL):
        op.execute(part)


def downgrade() -> None:
    for each in ("insert", "update", "delete", "truncate"):
        op.execute(f'DROP TRIGGER case_cell_{each} ON "case"')
    op.execute("DROP TRIGGER address_map_bump ON address")
    op.execute("DROP FUNCTION fold_case_cells, note_case_cells, world_x, world_y")
    op.execute("DROP TABLE surge_case, surge, case_cell_fold, case_cell_change, case_cell")
