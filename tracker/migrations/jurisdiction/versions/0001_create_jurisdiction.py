"""Every table of a jurisdiction, the seal on its history and the watch on its reference data."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE boundary_set (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    valid_from DATE NOT NULL,
    status TEXT NOT NULL,
    imported_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT boundary_set_pkey PRIMARY KEY (id),
    CONSTRAINT boundary_set_status_check CHECK (status IN ('draft', 'active', 'retired'))
);

CREATE UNIQUE INDEX boundary_set_one_active_key ON boundary_set (status) WHERE status = 'active';

CREATE TABLE "case" (
    id UUID NOT NULL,
    number TEXT NOT NULL,
    service_id BIGINT NOT NULL,
    service_code TEXT NOT NULL,
    workflow TEXT NOT NULL,
    workflow_version INTEGER NOT NULL,
    status TEXT NOT NULL,
    status_since TIMESTAMP WITH TIME ZONE NOT NULL,
    previous_status TEXT,
    is_open BOOLEAN NOT NULL,
    priority SMALLINT NOT NULL,
    geom geometry(POINT,4326),
    geom_accuracy_m FLOAT,
    place_text TEXT,
    district_id BIGINT,
    boundary_set_id BIGINT,
    segment_id BIGINT,
    asset_id BIGINT,
    department TEXT NOT NULL,
    crew_id BIGINT,
    respond_by TIMESTAMP WITH TIME ZONE,
    resolve_by TIMESTAMP WITH TIME ZONE,
    responded_at TIMESTAMP WITH TIME ZONE,
    breached_at TIMESTAMP WITH TIME ZONE,
    paused_since TIMESTAMP WITH TIME ZONE,
    planned_for DATE,
    started_at TIMESTAMP WITH TIME ZONE,
    completed_at TIMESTAMP WITH TIME ZONE,
    closed_at TIMESTAMP WITH TIME ZONE,
    next_action TEXT NOT NULL,
    next_action_at TIMESTAMP WITH TIME ZONE,
    outcome TEXT,
    reason TEXT,
    reopens SMALLINT DEFAULT 0 NOT NULL,
    reschedules SMALLINT DEFAULT 0 NOT NULL,
    parent_id UUID,
    summary TEXT NOT NULL,
    search TSVECTOR NOT NULL,
    triage JSONB NOT NULL,
    is_public BOOLEAN NOT NULL,
    reports_count INTEGER NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_report_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    last_hash BYTEA NOT NULL,
    CONSTRAINT case_pkey PRIMARY KEY (id),
    CONSTRAINT case_open_has_promise_check CHECK (NOT is_open OR (department <> '' AND resolve_by IS NOT NULL AND next_action <> '')),
    CONSTRAINT case_priority_check CHECK (priority BETWEEN 1 AND 4),
    CONSTRAINT case_reports_count_check CHECK (reports_count >= 0),
    CONSTRAINT case_parent_check CHECK (parent_id IS NULL OR parent_id <> id),
    CONSTRAINT case_parent_id_fkey FOREIGN KEY(parent_id) REFERENCES "case" (id)
);

CREATE INDEX case_asset_ix ON "case" (asset_id) WHERE asset_id IS NOT NULL AND is_open;

CREATE INDEX case_crew_ix ON "case" (crew_id, resolve_by, id) WHERE is_open;

CREATE INDEX case_district_ix ON "case" (district_id, opened_at DESC, id DESC);

CREATE INDEX case_geom_ix ON "case" USING gist (
    geom, (CASE WHEN is_open THEN 'infinity'::timestamp with time zone ELSE completed_at END)
);

CREATE UNIQUE INDEX case_number_key ON "case" (number);

CREATE INDEX case_opened_at_ix ON "case" (opened_at DESC, id DESC);

CREATE INDEX case_parent_ix ON "case" (parent_id) WHERE parent_id IS NOT NULL;

CREATE INDEX case_priority_ix ON "case" (priority, resolve_by, id) WHERE is_open;

CREATE INDEX case_queue_ix ON "case" (status, resolve_by, priority, workflow) WHERE is_open;

CREATE INDEX case_resolve_by_ix ON "case" (resolve_by, id) WHERE is_open;

CREATE INDEX case_search_ix ON "case" USING gin (search);

CREATE INDEX case_service_ix ON "case" (service_code, opened_at DESC, id DESC);

CREATE INDEX case_status_ix ON "case" (status, opened_at DESC, id DESC);

CREATE TABLE catalogue_term (
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    position INTEGER NOT NULL,
    name_fr TEXT NOT NULL,
    name_en TEXT NOT NULL,
    CONSTRAINT catalogue_term_pkey PRIMARY KEY (kind, code)
);

CREATE TABLE depot (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    geom geometry(POINT,4326) NOT NULL,
    CONSTRAINT depot_pkey PRIMARY KEY (id),
    CONSTRAINT depot_code_key UNIQUE (code)
);

CREATE TABLE idempotency_key (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BYTEA NOT NULL,
    status SMALLINT,
    headers TEXT,
    body BYTEA,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT idempotency_key_pkey PRIMARY KEY (scope, key)
);

CREATE INDEX idempotency_key_created_at_ix ON idempotency_key (created_at);

CREATE TABLE import_run (
    id UUID NOT NULL,
    mapping TEXT NOT NULL,
    file_name TEXT NOT NULL,
    file_sha256 TEXT NOT NULL,
    position BIGINT NOT NULL,
    counts JSONB NOT NULL,
    status TEXT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT import_run_pkey PRIMARY KEY (id),
    CONSTRAINT import_run_status_check CHECK (status IN ('running', 'done'))
);

CREATE UNIQUE INDEX import_run_file_key ON import_run (mapping, file_sha256);

CREATE TABLE map_feature (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    kind TEXT NOT NULL,
    name TEXT,
    area_m2 FLOAT DEFAULT 0 NOT NULL,
    geom geometry(GEOMETRY,4326) NOT NULL,
    CONSTRAINT map_feature_pkey PRIMARY KEY (id),
    CONSTRAINT map_feature_kind_check CHECK (kind IN ('land', 'water', 'park', 'building', 'rail'))
);

CREATE INDEX map_feature_geom_ix ON map_feature USING gist (geom);

CREATE TABLE refusal (
    id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    reason TEXT NOT NULL,
    service_code TEXT NOT NULL,
    third_party_code TEXT,
    CONSTRAINT refusal_pkey PRIMARY KEY (id)
);

CREATE TABLE service (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    version INTEGER NOT NULL,
    position INTEGER NOT NULL,
    group_code TEXT NOT NULL,
    name_fr TEXT NOT NULL,
    name_en TEXT NOT NULL,
    workflow TEXT NOT NULL,
    department TEXT NOT NULL,
    skill TEXT NOT NULL,
    priority SMALLINT NOT NULL,
    duration_min INTEGER NOT NULL,
    location_kind TEXT NOT NULL,
    definition JSONB NOT NULL,
    active BOOLEAN NOT NULL,
    loaded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT service_pkey PRIMARY KEY (id),
    CONSTRAINT service_code_version_key UNIQUE (code, version)
);

CREATE UNIQUE INDEX service_active_key ON service (code) WHERE active;

CREATE TABLE street_segment (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    name_norm TEXT NOT NULL,
    class SMALLINT NOT NULL,
    owner TEXT NOT NULL,
    maintained_by TEXT NOT NULL,
    district_code TEXT,
    attributes JSONB DEFAULT '{}' NOT NULL,
    geom geometry(LINESTRING,4326) NOT NULL,
    CONSTRAINT street_segment_pkey PRIMARY KEY (id),
    CONSTRAINT street_segment_code_key UNIQUE (code)
);

CREATE INDEX street_segment_geom_ix ON street_segment USING gist (geom);

CREATE INDEX street_segment_name_norm_ix ON street_segment (name_norm);

CREATE TABLE third_party (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    kind TEXT NOT NULL,
    name_fr TEXT NOT NULL,
    name_en TEXT NOT NULL,
    phone TEXT,
    url TEXT,
    email TEXT,
    asset_kinds TEXT[] DEFAULT '{}' NOT NULL,
    chase_days INTEGER DEFAULT 5 NOT NULL,
    geom geometry(MULTIPOLYGON,4326),
    CONSTRAINT third_party_pkey PRIMARY KEY (id),
    CONSTRAINT third_party_code_key UNIQUE (code),
    CONSTRAINT third_party_kind_check CHECK (kind IN ('neighbour', 'owner', 'water'))
);

CREATE INDEX third_party_geom_ix ON third_party USING gist (geom);

CREATE TABLE workflow_version (
    family TEXT NOT NULL,
    version INTEGER NOT NULL,
    definition JSONB NOT NULL,
    active BOOLEAN NOT NULL,
    loaded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT workflow_version_pkey PRIMARY KEY (family, version)
);

CREATE TABLE address (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    civic INTEGER NOT NULL,
    suffix TEXT DEFAULT '' NOT NULL,
    street TEXT NOT NULL,
    street_norm TEXT NOT NULL,
    segment_id BIGINT,
    geom geometry(POINT,4326) NOT NULL,
    CONSTRAINT address_pkey PRIMARY KEY (id),
    CONSTRAINT address_segment_id_fkey FOREIGN KEY(segment_id) REFERENCES street_segment (id) ON DELETE SET NULL
);

CREATE INDEX address_geom_ix ON address USING gist (geom);

CREATE INDEX address_street_norm_civic_ix ON address (street_norm, civic);

CREATE INDEX address_street_norm_trgm_ix ON address USING gin (street_norm gin_trgm_ops);

CREATE TABLE asset (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    name TEXT,
    owner TEXT DEFAULT 'ville' NOT NULL,
    segment_id BIGINT,
    attributes JSONB DEFAULT '{}' NOT NULL,
    geom geometry(GEOMETRY,4326) NOT NULL,
    CONSTRAINT asset_pkey PRIMARY KEY (id),
    CONSTRAINT asset_kind_code_key UNIQUE (kind, code),
    CONSTRAINT asset_segment_id_fkey FOREIGN KEY(segment_id) REFERENCES street_segment (id) ON DELETE SET NULL
);

CREATE INDEX asset_geom_ix ON asset USING gist (geom);

CREATE TABLE crew (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    department TEXT NOT NULL,
    kind TEXT NOT NULL,
    capacity_min INTEGER NOT NULL,
    depot_id BIGINT,
    active BOOLEAN DEFAULT true NOT NULL,
    CONSTRAINT crew_pkey PRIMARY KEY (id),
    CONSTRAINT crew_code_key UNIQUE (code),
    CONSTRAINT crew_kind_check CHECK (kind IN ('field', 'office', 'contract')),
    CONSTRAINT crew_depot_id_fkey FOREIGN KEY(depot_id) REFERENCES depot (id) ON DELETE SET NULL
);

CREATE TABLE district (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    boundary_set_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    geom geometry(MULTIPOLYGON,4326) NOT NULL,
    CONSTRAINT district_pkey PRIMARY KEY (id),
    CONSTRAINT district_code_key UNIQUE (boundary_set_id, code),
    CONSTRAINT district_boundary_set_id_fkey FOREIGN KEY(boundary_set_id) REFERENCES boundary_set (id) ON DELETE CASCADE
);

CREATE INDEX district_geom_ix ON district USING gist (geom);

CREATE TABLE event (
    case_id UUID NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    device_at TIMESTAMP WITH TIME ZONE,
    payload JSONB NOT NULL,
    prev_hash BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    CONSTRAINT event_pkey PRIMARY KEY (case_id, seq),
    CONSTRAINT event_case_id_fkey FOREIGN KEY(case_id) REFERENCES "case" (id)
);

CREATE TABLE link_change (
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    from_case_id UUID NOT NULL,
    into_case_id UUID NOT NULL,
    report_ids JSONB NOT NULL,
    before JSONB NOT NULL,
    actor TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    undone_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT link_change_pkey PRIMARY KEY (id),
    CONSTRAINT link_change_kind_check CHECK (kind IN ('attach', 'detach', 'merge')),
    CONSTRAINT link_change_from_case_id_fkey FOREIGN KEY(from_case_id) REFERENCES "case" (id),
    CONSTRAINT link_change_into_case_id_fkey FOREIGN KEY(into_case_id) REFERENCES "case" (id)
);

CREATE INDEX link_change_from_case_ix ON link_change (from_case_id);

CREATE INDEX link_change_into_case_ix ON link_change (into_case_id);

CREATE TABLE report (
    id UUID NOT NULL,
    number TEXT NOT NULL,
    service_code TEXT NOT NULL,
    geom geometry(POINT,4326),
    accuracy_m FLOAT,
    location_method TEXT NOT NULL,
    address_text TEXT,
    segment_id BIGINT,
    asset_id BIGINT,
    description TEXT NOT NULL,
    answers JSONB NOT NULL,
    language TEXT NOT NULL,
    channel TEXT NOT NULL,
    entered_by UUID,
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    case_id UUID NOT NULL,
    link TEXT NOT NULL,
    secret_hash BYTEA NOT NULL,
    source TEXT,
    source_id TEXT,
    CONSTRAINT report_pkey PRIMARY KEY (id),
    CONSTRAINT report_language_check CHECK (language IN ('fr', 'en')),
    CONSTRAINT report_link_check CHECK (link IN ('opened', 'attached', 'auto_attached', 'moved')),
    CONSTRAINT report_case_id_fkey FOREIGN KEY(case_id) REFERENCES "case" (id)
);

CREATE INDEX report_case_ix ON report (case_id);

CREATE UNIQUE INDEX report_number_key ON report (number);

CREATE INDEX report_received_at_ix ON report USING brin (received_at);

CREATE UNIQUE INDEX report_source_key ON report (source, source_id) WHERE source IS NOT NULL;

CREATE TABLE service_question (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    service_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    code TEXT NOT NULL,
    datatype TEXT NOT NULL,
    required BOOLEAN NOT NULL,
    label_fr TEXT NOT NULL,
    label_en TEXT NOT NULL,
    options JSONB NOT NULL,
    CONSTRAINT service_question_pkey PRIMARY KEY (id),
    CONSTRAINT service_question_code_key UNIQUE (service_id, code),
    CONSTRAINT service_question_service_id_fkey FOREIGN KEY(service_id) REFERENCES service (id) ON DELETE CASCADE
);

CREATE TABLE service_standard (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    service_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    amount NUMERIC NOT NULL,
    unit TEXT NOT NULL,
    condition JSONB,
    CONSTRAINT service_standard_pkey PRIMARY KEY (id),
    CONSTRAINT service_standard_service_id_fkey FOREIGN KEY(service_id) REFERENCES service (id) ON DELETE CASCADE
);

CREATE INDEX service_standard_service_id_ix ON service_standard (service_id);

CREATE TABLE contact (
    report_id UUID NOT NULL,
    name TEXT,
    email TEXT,
    phone TEXT,
    purpose TEXT NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT contact_pkey PRIMARY KEY (report_id),
    CONSTRAINT contact_reachable_check CHECK (email IS NOT NULL OR phone IS NOT NULL),
    CONSTRAINT contact_report_id_fkey FOREIGN KEY(report_id) REFERENCES report (id) ON DELETE CASCADE
);

CREATE INDEX contact_expires_at_ix ON contact (expires_at);

CREATE TABLE crew_district (
    crew_id BIGINT NOT NULL,
    district_code TEXT NOT NULL,
    CONSTRAINT crew_district_pkey PRIMARY KEY (crew_id, district_code),
    CONSTRAINT crew_district_crew_id_fkey FOREIGN KEY(crew_id) REFERENCES crew (id) ON DELETE CASCADE
);

CREATE TABLE crew_skill (
    crew_id BIGINT NOT NULL,
    skill TEXT NOT NULL,
    CONSTRAINT crew_skill_pkey PRIMARY KEY (crew_id, skill),
    CONSTRAINT crew_skill_crew_id_fkey FOREIGN KEY(crew_id) REFERENCES crew (id) ON DELETE CASCADE
);

CREATE TABLE duplicate_candidate (
    report_id UUID NOT NULL,
    case_id UUID NOT NULL,
    rank SMALLINT NOT NULL,
    probability FLOAT NOT NULL,
    distance_m FLOAT NOT NULL,
    terms JSONB NOT NULL,
    model TEXT NOT NULL,
    CONSTRAINT duplicate_candidate_pkey PRIMARY KEY (report_id, case_id),
    CONSTRAINT duplicate_candidate_report_id_fkey FOREIGN KEY(report_id) REFERENCES report (id) ON DELETE CASCADE,
    CONSTRAINT duplicate_candidate_case_id_fkey FOREIGN KEY(case_id) REFERENCES "case" (id)
);

CREATE TABLE photo (
    id UUID NOT NULL,
    report_id UUID,
    case_id UUID,
    kind TEXT NOT NULL,
    sha256 BYTEA NOT NULL,
    media_type TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    byte_count INTEGER NOT NULL,
    taken_at TIMESTAMP WITH TIME ZONE,
    geom geometry(POINT,4326),
    added_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT photo_pkey PRIMARY KEY (id),
    CONSTRAINT photo_kind_check CHECK (kind IN ('before', 'during', 'after')),
    CONSTRAINT photo_owner_check CHECK (report_id IS NOT NULL OR case_id IS NOT NULL),
    CONSTRAINT photo_report_id_fkey FOREIGN KEY(report_id) REFERENCES report (id) ON DELETE CASCADE,
    CONSTRAINT photo_case_id_fkey FOREIGN KEY(case_id) REFERENCES "case" (id)
);

CREATE INDEX photo_case_ix ON photo (case_id) WHERE case_id IS NOT NULL;

CREATE INDEX photo_report_ix ON photo (report_id) WHERE report_id IS NOT NULL;

CREATE TABLE shift (
    crew_id BIGINT NOT NULL,
    weekday SMALLINT NOT NULL,
    starts TIME WITHOUT TIME ZONE NOT NULL,
    ends TIME WITHOUT TIME ZONE NOT NULL,
    on_call BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT shift_pkey PRIMARY KEY (crew_id, weekday),
    CONSTRAINT shift_weekday_check CHECK (weekday BETWEEN 1 AND 7),
    CONSTRAINT shift_crew_id_fkey FOREIGN KEY(crew_id) REFERENCES crew (id) ON DELETE CASCADE
);
"""

SEQUENCE = "CREATE SEQUENCE number_seq"

HISTORY = """
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON event
    FOR EACH ROW EXECUTE FUNCTION vigie.refuse_change();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION vigie.refuse_change();
"""

REFERENCE = (
    "catalogue_term",
    "service",
    "workflow_version",
    "boundary_set",
    "district",
    "street_segment",
    "asset",
    "third_party",
    "crew",
    "crew_skill",
    "crew_district",
    "shift",
    "depot",
    "map_feature",
)


DROP_ORDER = """
    shift,
    photo,
    duplicate_candidate,
    crew_skill,
    crew_district,
    contact,
    service_standard,
    service_question,
    report,
    link_change,
    event,
    district,
    crew,
    asset,
    address,
    workflow_version,
    third_party,
    street_segment,
    service,
    refusal,
    map_feature,
    import_run,
    idempotency_key,
    depot,
    catalogue_term,
    "case",
    boundary_set
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(SEQUENCE)
    op.execute(HISTORY)
    for table in REFERENCE:
        op.execute(
            f"CREATE TRIGGER {table}_bump AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION vigie.bump_revision()"
        )


def downgrade() -> None:
    op.execute("DROP SEQUENCE number_seq")
    op.execute(f"DROP TABLE {DROP_ORDER}")
