"""Jurisdictions, hosts, staff, sessions and tokens; the functions that tables of every schema call."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE vigie.jurisdiction (
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    schema_name TEXT NOT NULL,
    role_name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    zone TEXT NOT NULL,
    languages TEXT[] NOT NULL,
    metric_srid INTEGER NOT NULL,
    calendar TEXT NOT NULL,
    settings JSONB DEFAULT '{}' NOT NULL,
    is_demo BOOLEAN DEFAULT false NOT NULL,
    revision BIGINT DEFAULT 1 NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT jurisdiction_pkey PRIMARY KEY (code),
    CONSTRAINT jurisdiction_schema_name_key UNIQUE (schema_name)
);

CREATE TABLE vigie.staff (
    id UUID NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    language TEXT DEFAULT 'fr' NOT NULL,
    disabled_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT staff_pkey PRIMARY KEY (id),
    CONSTRAINT staff_email_lower_check CHECK (email = lower(email)),
    CONSTRAINT staff_email_key UNIQUE (email)
);

CREATE TABLE vigie.api_token (
    id UUID NOT NULL,
    token_hash BYTEA NOT NULL,
    label TEXT NOT NULL,
    jurisdiction_code TEXT NOT NULL,
    role TEXT NOT NULL,
    crew_code TEXT,
    created_by UUID,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT api_token_pkey PRIMARY KEY (id),
    CONSTRAINT api_token_token_hash_key UNIQUE (token_hash),
    CONSTRAINT api_token_jurisdiction_code_fkey FOREIGN KEY(jurisdiction_code) REFERENCES vigie.jurisdiction (code) ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT api_token_created_by_fkey FOREIGN KEY(created_by) REFERENCES vigie.staff (id) ON DELETE SET NULL
);

CREATE INDEX api_token_jurisdiction_code_ix ON vigie.api_token (jurisdiction_code);

CREATE TABLE vigie.host (
    name TEXT NOT NULL,
    jurisdiction_code TEXT NOT NULL,
    CONSTRAINT host_pkey PRIMARY KEY (name),
    CONSTRAINT host_jurisdiction_code_fkey FOREIGN KEY(jurisdiction_code) REFERENCES vigie.jurisdiction (code) ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE TABLE vigie.staff_role (
    staff_id UUID NOT NULL,
    jurisdiction_code TEXT NOT NULL,
    role TEXT NOT NULL,
    crew_code TEXT,
    CONSTRAINT staff_role_pkey PRIMARY KEY (staff_id, jurisdiction_code),
    CONSTRAINT staff_role_staff_id_fkey FOREIGN KEY(staff_id) REFERENCES vigie.staff (id) ON DELETE CASCADE,
    CONSTRAINT staff_role_jurisdiction_code_fkey FOREIGN KEY(jurisdiction_code) REFERENCES vigie.jurisdiction (code) ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE TABLE vigie.staff_session (
    token_hash BYTEA NOT NULL,
    staff_id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    csrf TEXT NOT NULL,
    CONSTRAINT staff_session_pkey PRIMARY KEY (token_hash),
    CONSTRAINT staff_session_staff_id_fkey FOREIGN KEY(staff_id) REFERENCES vigie.staff (id) ON DELETE CASCADE
);

CREATE INDEX staff_session_staff_id_ix ON vigie.staff_session (staff_id);
"""

FUNCTIONS = """
-- A change of reference data makes every process read it again (tracker.db.PerRevision).
CREATE FUNCTION vigie.bump_revision() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog AS $$
BEGIN
    UPDATE vigie.jurisdiction SET revision = revision + 1 WHERE schema_name = TG_TABLE_SCHEMA;
    RETURN NULL;
END $$;

CREATE FUNCTION vigie.refuse_change() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation',
        CONSTRAINT = 'event_append_only';
END $$;
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(FUNCTIONS)


def downgrade() -> None:
    op.execute("DROP FUNCTION vigie.bump_revision() CASCADE")
    op.execute("DROP FUNCTION vigie.refuse_change() CASCADE")
    op.execute(
        "DROP TABLE vigie.staff_session, vigie.staff_role, vigie.host, vigie.api_token, vigie.staff, vigie.jurisdiction"
    )
