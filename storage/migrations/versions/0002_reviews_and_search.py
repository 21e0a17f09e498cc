"""Reviews and search."""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Words without their text: it lies in the archive. FTS5 takes rows out of such a table since 3.43; before, it keeps all.
WORDS = (
    """CREATE VIRTUAL TABLE search_words USING fts5(words, {contentless}detail=none, tokenize="ascii tokenchars '.'")"""
)
CONTENTLESS = "content='', contentless_delete=1, "


def upgrade() -> None:
    op.add_column("statement", sa.Column("review_id", sa.Integer(), nullable=True))
    op.add_column("statement", sa.Column("set_aside_by", sa.Integer(), nullable=True))
    _add_reviews()
    _add_search()


def _add_reviews() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("report_kind", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("withdraws", sa.Integer(), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("value_hi", sa.Float(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("measure", sa.String(), nullable=True),
        sa.Column("op", sa.String(), nullable=True),
        sa.Column("period", sa.String(), nullable=True),
        sa.Column("indicator", sa.Text(), nullable=True),
        sa.Column("indicator_key", sa.String(), nullable=True),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("example", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("review_report", "review", ["region", "report_kind", "year"])


def _add_search() -> None:
    """What goes with a document goes by itself, whoever removes it."""
    op.create_table(
        "searched",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document_id"),
    )
    dialect = op.get_bind().dialect
    if dialect.name == "sqlite":
        newer = getattr(dialect.dbapi, "sqlite_version_info", (0,)) >= (3, 43)
        op.execute(WORDS.format(contentless=CONTENTLESS if newer else ""))
        op.execute(
            "CREATE TRIGGER searched_no_more AFTER DELETE ON searched "
            "BEGIN DELETE FROM search_words WHERE rowid = OLD.document_id; END"
        )
    else:
        op.execute(
            "CREATE TABLE search_words (document_id INTEGER PRIMARY KEY REFERENCES searched ON DELETE CASCADE, "
            "words INTEGER[] NOT NULL)"
        )
        op.execute("CREATE INDEX search_words_words ON search_words USING gin (words)")
