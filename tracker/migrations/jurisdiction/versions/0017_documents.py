"""Keep the documents that people send with a file."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE document (
            id UUID NOT NULL,
            report_id UUID,
            case_id UUID,
            name TEXT NOT NULL,
            byte_count INTEGER NOT NULL,
            pages INTEGER NOT NULL,
            sha256 BYTEA NOT NULL,
            language TEXT NOT NULL,
            sender TEXT NOT NULL,
            added_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT document_pkey PRIMARY KEY (id),
            CONSTRAINT document_owner_check CHECK ((report_id IS NULL) <> (case_id IS NULL)),
            CONSTRAINT document_sha256_check CHECK (octet_length(sha256) = 32),
            CONSTRAINT document_size_check CHECK (byte_count > 0 AND pages > 0),
            CONSTRAINT document_report_id_fkey FOREIGN KEY (report_id) REFERENCES report (id) ON DELETE CASCADE,
            CONSTRAINT document_case_id_fkey FOREIGN KEY (case_id) REFERENCES "case" (id)
        )
    """)
    op.execute("CREATE INDEX document_report_ix ON document (report_id) WHERE report_id IS NOT NULL")
    op.execute("CREATE INDEX document_case_ix ON document (case_id) WHERE case_id IS NOT NULL")
    op.execute("CREATE INDEX document_sha256_ix ON document (sha256)")


def downgrade() -> None:
    op.execute("DROP TABLE document")
