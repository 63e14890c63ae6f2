"""Where each place comes from, what became of it, who owns the lots, and how sure a report's place is."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE boundary_set ADD COLUMN activated_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE boundary_set ADD COLUMN retired_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE street_segment ADD COLUMN source TEXT DEFAULT '' NOT NULL;
ALTER TABLE street_segment ADD COLUMN agreement JSONB DEFAULT '{}' NOT NULL;

ALTER TABLE asset ADD COLUMN source TEXT DEFAULT '' NOT NULL;

ALTER TABLE address ADD COLUMN source TEXT DEFAULT '' NOT NULL;
ALTER TABLE address ADD COLUMN code TEXT;
ALTER TABLE address ADD COLUMN attributes JSONB DEFAULT '{}' NOT NULL;
ALTER TABLE address ADD CONSTRAINT address_source_code_key UNIQUE (source, code);

ALTER TABLE map_feature ADD COLUMN source TEXT DEFAULT '' NOT NULL;
ALTER TABLE map_feature ADD COLUMN code TEXT;
ALTER TABLE map_feature ADD CONSTRAINT map_feature_source_code_key UNIQUE (source, code);
ALTER TABLE map_feature DROP CONSTRAINT map_feature_kind_check;
ALTER TABLE map_feature ADD CONSTRAINT map_feature_kind_check
    CHECK (kind IN ('land', 'water', 'park', 'building', 'rail', 'place'));

ALTER TABLE report ADD COLUMN placement JSONB;

CREATE TABLE parcel (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    source TEXT DEFAULT '' NOT NULL,
    code TEXT NOT NULL,
    owner TEXT NOT NULL,
    geom geometry(MULTIPOLYGON,4326) NOT NULL,
    CONSTRAINT parcel_pkey PRIMARY KEY (id),
    CONSTRAINT parcel_source_code_key UNIQUE (source, code)
);

CREATE INDEX parcel_geom_ix ON parcel USING gist (geom);

CREATE TABLE retired_place (
    kind TEXT NOT NULL,
    id BIGINT NOT NULL,
    code TEXT NOT NULL,
    facts JSONB NOT NULL,
    geom geometry(GEOMETRY,4326) NOT NULL,
    retired_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT retired_place_pkey PRIMARY KEY (kind, id),
    CONSTRAINT retired_place_kind_check CHECK (kind IN ('segment', 'asset'))
);

CREATE OR REPLACE TRIGGER address_bump AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON address
    FOR EACH STATEMENT EXECUTE FUNCTION vigie.bump_revision();
CREATE OR REPLACE TRIGGER parcel_bump AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON parcel
    FOR EACH STATEMENT EXECUTE FUNCTION vigie.bump_revision();
"""

DOWN = """
DROP TRIGGER IF EXISTS address_bump ON address;
DROP TABLE retired_place;
DROP TABLE parcel;
ALTER TABLE report DROP COLUMN placement;
DELETE FROM map_feature WHERE kind = 'place';
ALTER TABLE map_feature DROP CONSTRAINT map_feature_kind_check;
ALTER TABLE map_feature ADD CONSTRAINT map_feature_kind_check
    CHECK (kind IN ('land', 'water', 'park', 'building', 'rail'));
ALTER TABLE map_feature DROP CONSTRAINT map_feature_source_code_key;
ALTER TABLE map_feature DROP COLUMN code;
ALTER TABLE map_feature DROP COLUMN source;
ALTER TABLE address DROP CONSTRAINT address_source_code_key;
ALTER TABLE address DROP COLUMN attributes;
ALTER TABLE address DROP COLUMN code;
ALTER TABLE address DROP COLUMN source;
ALTER TABLE asset DROP COLUMN source;
ALTER TABLE street_segment DROP COLUMN agreement;
ALTER TABLE street_segment DROP COLUMN source;
ALTER TABLE boundary_set DROP COLUMN retired_at;
ALTER TABLE boundary_set DROP COLUMN activated_at;
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)
