"""Who is told, how they wish to be told, in which words, and what they and the city write to each other."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE signing_key (
    id SMALLINT NOT NULL,
    secret BYTEA NOT NULL,
    CONSTRAINT signing_key_pkey PRIMARY KEY (id),
    CONSTRAINT signing_key_one_check CHECK (id = 1)
);

CREATE TABLE citizen (
    id UUID NOT NULL,
    email TEXT NOT NULL,
    language TEXT NOT NULL,
    purpose TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    verified_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT citizen_pkey PRIMARY KEY (id),
    CONSTRAINT citizen_email_lower_check CHECK (email = lower(email)),
    CONSTRAINT citizen_language_check CHECK (language IN ('fr', 'en'))
);

CREATE UNIQUE INDEX citizen_email_key ON citizen (email);

CREATE TABLE preference (
    person TEXT NOT NULL,
    language TEXT,
    channels TEXT[],
    quiet_from SMALLINT,
    quiet_to SMALLINT,
    digest_at SMALLINT DEFAULT 420 NOT NULL,
    muted_at TIMESTAMP WITH TIME ZONE,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT preference_pkey PRIMARY KEY (person),
    CONSTRAINT preference_language_check CHECK (language IN ('fr', 'en')),
    CONSTRAINT preference_quiet_check CHECK ((quiet_from IS NULL) = (quiet_to IS NULL)),
    CONSTRAINT preference_minutes_check CHECK (
        quiet_from BETWEEN 0 AND 1439 AND quiet_to BETWEEN 0 AND 1439 AND digest_at BETWEEN 0 AND 1439
    )
);

CREATE TABLE notice_template (
    id UUID NOT NULL,
    code TEXT NOT NULL,
    version INTEGER NOT NULL,
    texts JSONB NOT NULL,
    status TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    created_by TEXT NOT NULL,
    activated_at TIMESTAMP WITH TIME ZONE,
    activated_by TEXT,
    CONSTRAINT notice_template_pkey PRIMARY KEY (id),
    CONSTRAINT notice_template_status_check CHECK (status IN ('draft', 'active', 'retired'))
);

CREATE UNIQUE INDEX notice_template_version_key ON notice_template (code, version);

CREATE UNIQUE INDEX notice_template_active_key ON notice_template (code) WHERE status = 'active';

CREATE TABLE message (
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    report_id UUID,
    addressed UUID[] DEFAULT '{}' NOT NULL,
    author_kind TEXT NOT NULL,
    author TEXT NOT NULL,
    body TEXT NOT NULL,
    language TEXT NOT NULL,
    channel TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    is_internal BOOLEAN DEFAULT false NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT message_pkey PRIMARY KEY (id),
    CONSTRAINT message_author_kind_check CHECK (author_kind IN ('citizen', 'staff')),
    CONSTRAINT message_language_check CHECK (language IN ('fr', 'en')),
    CONSTRAINT message_internal_check CHECK (NOT is_internal OR author_kind = 'staff')
);

CREATE INDEX message_case_ix ON message (case_id, at);

CREATE INDEX message_report_ix ON message (report_id);

CREATE INDEX message_addressed_ix ON message USING gin (addressed);

CREATE INDEX message_unread_ix ON message (case_id) WHERE author_kind = 'citizen' AND read_at IS NULL;

ALTER TABLE subscription ADD COLUMN confirmed_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE subscription ADD COLUMN label TEXT DEFAULT '' NOT NULL;

ALTER TABLE notice ADD COLUMN subscription_id UUID;
ALTER TABLE notice ADD COLUMN awaits_digest BOOLEAN DEFAULT false NOT NULL;
ALTER TABLE notice ADD COLUMN digest_id UUID;

CREATE INDEX notice_awaits_digest_ix ON notice (person, created_at) WHERE awaits_digest;
"""

# Two random UUIDs hold 244 random bits; PostgreSQL draws them from the machine's strong generator.
KEY = """
INSERT INTO signing_key (id, secret)
VALUES (1, decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));
"""

# A town's role cannot see the accounts, and must not: these two tell it of its own people and its own address,
# whichever schema they were restored into.
FUNCTIONS = """
CREATE FUNCTION staff_here() RETURNS TABLE (id uuid, email text, language text, role text, crew_code text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.id, s.email, s.language, r.role, r.crew_code
    FROM vigie.jurisdiction j
    JOIN vigie.staff_role r ON r.jurisdiction_code = j.code
    JOIN vigie.staff s ON s.id = r.staff_id
    WHERE j.role_name = current_setting('role') AND s.disabled_at IS NULL
$$;

CREATE FUNCTION host_here() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT h.name FROM vigie.host h JOIN vigie.jurisdiction j ON j.code = h.jurisdiction_code
    WHERE j.role_name = current_setting('role') ORDER BY h.name LIMIT 1
$$;

CREATE TRIGGER notice_template_bump AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON notice_template
    FOR EACH STATEMENT EXECUTE FUNCTION vigie.bump_revision();
"""

DOWN = """
DROP FUNCTION host_here();
DROP FUNCTION staff_here();
DROP INDEX notice_awaits_digest_ix;
ALTER TABLE notice DROP COLUMN digest_id, DROP COLUMN awaits_digest, DROP COLUMN subscription_id;
ALTER TABLE subscription DROP COLUMN label, DROP COLUMN confirmed_at;
DROP TABLE message, notice_template, preference, citizen, signing_key;
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(KEY)
    op.execute(FUNCTIONS)


def downgrade() -> None:
    op.execute(DOWN)
