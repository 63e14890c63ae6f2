"""Rule sets of triage with who put which in force, trials of them, and the hours crews really worked."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

UP = """
CREATE TABLE crew_stint (
    id UUID NOT NULL,
    crew_id BIGINT NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE,
    recorded_by TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT crew_stint_pkey PRIMARY KEY (id),
    CONSTRAINT crew_stint_crew_id_fkey FOREIGN KEY(crew_id) REFERENCES crew (id) ON DELETE CASCADE,
    CONSTRAINT crew_stint_order_check CHECK (ends_at IS NULL OR ends_at > starts_at)
);

CREATE INDEX crew_stint_crew_ix ON crew_stint (crew_id, starts_at);

CREATE TABLE triage_rules (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    fingerprint TEXT NOT NULL,
    source TEXT NOT NULL,
    written TEXT NOT NULL,
    status TEXT NOT NULL,
    loaded_by TEXT NOT NULL,
    loaded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT triage_rules_pkey PRIMARY KEY (id),
    CONSTRAINT triage_rules_status_check CHECK (status IN ('draft', 'active', 'retired'))
);

CREATE UNIQUE INDEX triage_rules_fingerprint_key ON triage_rules (fingerprint);

CREATE UNIQUE INDEX triage_rules_one_active_key ON triage_rules (status) WHERE status = 'active';

CREATE TABLE triage_activation (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    kind TEXT NOT NULL,
    rules_id BIGINT,
    before_id BIGINT,
    actor TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    acknowledged JSONB DEFAULT '{}' NOT NULL,
    undone_by BIGINT,
    CONSTRAINT triage_activation_pkey PRIMARY KEY (id),
    CONSTRAINT triage_activation_rules_id_fkey FOREIGN KEY(rules_id) REFERENCES triage_rules (id),
    CONSTRAINT triage_activation_before_id_fkey FOREIGN KEY(before_id) REFERENCES triage_rules (id),
    CONSTRAINT triage_activation_kind_check CHECK (kind IN ('activate', 'undo'))
);

CREATE TABLE triage_trial (
    id UUID NOT NULL,
    rules_id BIGINT,
    boundary_set_id BIGINT,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    made_by TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    result JSONB NOT NULL,
    CONSTRAINT triage_trial_pkey PRIMARY KEY (id),
    CONSTRAINT triage_trial_rules_id_fkey FOREIGN KEY(rules_id) REFERENCES triage_rules (id)
);

CREATE INDEX triage_trial_made_at_ix ON triage_trial (made_at);

CREATE TRIGGER triage_rules_bump AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON triage_rules
    FOR EACH STATEMENT EXECUTE FUNCTION vigie.bump_revision();
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute("DROP TRIGGER triage_rules_bump ON triage_rules")
    op.execute("DROP TABLE triage_trial, triage_activation, triage_rules, crew_stint")
