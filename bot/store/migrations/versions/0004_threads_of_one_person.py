"""threads of one person"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KEY = ["team", "channel", "thread_ts"]


def upgrade() -> None:
    _key_becomes([*_KEY, "person"], added=True)


def downgrade() -> None:
    op.execute("DELETE FROM threads WHERE person <> ''")
    _key_becomes(_KEY, added=False)


def _key_becomes(columns: list[str], *, added: bool) -> None:
    """A primary key cannot be changed in place in SQLite: Alembic copies the table there."""
    with op.batch_alter_table("threads", schema=None) as batch_op:
        if added:
            person = sa.Column("person", sa.String(length=32), server_default="", nullable=False)
            batch_op.add_column(person)
        batch_op.drop_constraint("pk_threads", type_="primary")
        if not added:
            batch_op.drop_column("person")
        batch_op.create_primary_key("pk_threads", columns)
