"""What can be booked and who holds it, what is owed and paid, letters, marks on cases, cases about cases."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Two people cannot hold one unit of one thing at once: the last judge is the exclusion constraint, whatever
# the code above it believes.
TABLES = """
CREATE TABLE resource (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    kind TEXT NOT NULL,
    service_code TEXT NOT NULL,
    name_fr TEXT NOT NULL,
    name_en TEXT NOT NULL,
    units INTEGER NOT NULL,
    district_code TEXT,
    rules JSONB DEFAULT '{}' NOT NULL,
    retired_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT resource_pkey PRIMARY KEY (id),
    CONSTRAINT resource_code_key UNIQUE (code),
    CONSTRAINT resource_kind_check CHECK (kind IN ('room', 'stock', 'tour', 'activity', 'show')),
    CONSTRAINT resource_units_check CHECK (units BETWEEN 1 AND 10000)
);

CREATE TABLE fee (
    service_code TEXT NOT NULL,
    base_cents BIGINT NOT NULL,
    answer TEXT,
    per BIGINT,
    per_cents BIGINT,
    CONSTRAINT fee_pkey PRIMARY KEY (service_code),
    CONSTRAINT fee_base_cents_check CHECK (base_cents >= 0)
);

CREATE TABLE booking (
    case_id UUID NOT NULL,
    resource_id BIGINT NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    quantity INTEGER NOT NULL,
    state TEXT NOT NULL,
    people INTEGER,
    alcohol BOOLEAN DEFAULT false NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT booking_pkey PRIMARY KEY (case_id),
    CONSTRAINT booking_resource_id_fkey FOREIGN KEY(resource_id) REFERENCES resource (id),
    CONSTRAINT booking_state_check CHECK (state IN ('held', 'waiting', 'released')),
    CONSTRAINT booking_quantity_check CHECK (quantity >= 1),
    CONSTRAINT booking_period_check CHECK (ends_at > starts_at)
);

CREATE INDEX booking_waiting_ix ON booking (resource_id, asked_at) WHERE state = 'waiting';

CREATE TABLE booking_unit (
    case_id UUID NOT NULL,
    unit INTEGER NOT NULL,
    resource_id BIGINT NOT NULL,
    during TSTZRANGE NOT NULL,
    CONSTRAINT booking_unit_pkey PRIMARY KEY (case_id, unit),
    CONSTRAINT booking_unit_case_id_fkey FOREIGN KEY(case_id) REFERENCES booking (case_id) ON DELETE CASCADE,
    CONSTRAINT booking_unit_one_holder EXCLUDE USING gist (resource_id WITH =, unit WITH =, during WITH &&)
);

CREATE TABLE charge (
    case_id UUID NOT NULL,
    kind TEXT NOT NULL,
    amount_cents BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT charge_pkey PRIMARY KEY (case_id, kind),
    CONSTRAINT charge_kind_check CHECK (kind IN ('fee', 'deposit', 'refund', 'deposit_return'))
);

CREATE TABLE payment (
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    amount_cents BIGINT NOT NULL,
    method TEXT NOT NULL,
    reference TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    CONSTRAINT payment_pkey PRIMARY KEY (id),
    CONSTRAINT payment_method_reference_key UNIQUE (method, reference),
    CONSTRAINT payment_amount_cents_check CHECK (amount_cents <> 0),
    CONSTRAINT payment_method_check CHECK (method IN ('online', 'card_terminal', 'cash', 'cheque', 'transfer'))
);

CREATE INDEX payment_case_id_ix ON payment (case_id);

CREATE TABLE letter (
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    kind TEXT NOT NULL,
    language TEXT NOT NULL,
    event_seq INTEGER NOT NULL,
    sha256 BYTEA NOT NULL,
    content BYTEA NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT letter_pkey PRIMARY KEY (id),
    CONSTRAINT letter_case_id_fkey FOREIGN KEY(case_id) REFERENCES "case" (id),
    CONSTRAINT letter_case_id_kind_language_event_seq_key UNIQUE (case_id, kind, language, event_seq),
    CONSTRAINT letter_kind_check CHECK (kind IN ('permit', 'refusal', 'owner_notice')),
    CONSTRAINT letter_language_check CHECK (language IN ('fr', 'en'))
);

CREATE TABLE case_mark (
    case_id UUID NOT NULL,
    name TEXT NOT NULL,
    facts JSONB DEFAULT '{}' NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT case_mark_pkey PRIMARY KEY (case_id, name)
);

CREATE INDEX case_mark_name_ix ON case_mark (name, at);

CREATE TABLE case_about (
    case_id UUID NOT NULL,
    other_id UUID NOT NULL,
    kind TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    CONSTRAINT case_about_pkey PRIMARY KEY (case_id, other_id),
    CONSTRAINT case_about_kind_check CHECK (kind IN ('complaint', 'evidence')),
    CONSTRAINT case_about_itself_check CHECK (case_id <> other_id)
);

ALTER TABLE workflow_version ADD COLUMN loaded_by TEXT DEFAULT '' NOT NULL;

CREATE TRIGGER resource_bump AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON resource
    FOR EACH STATEMENT EXECUTE FUNCTION vigie.bump_revision();
CREATE TRIGGER fee_bump AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON fee
    FOR EACH STATEMENT EXECUTE FUNCTION vigie.bump_revision();
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("ALTER TABLE workflow_version DROP COLUMN loaded_by")
    op.execute(
        "DROP TABLE case_about, case_mark, letter, payment, charge, booking_unit, booking, fee, resource"
    )
