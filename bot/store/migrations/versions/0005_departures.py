"""departures"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "departures",
        sa.Column("enterprise", sa.String(length=32), nullable=False),
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("told_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("enterprise", "team", name=op.f("pk_departures")),
        comment="who removed the app and is not wholly deleted yet; an organisation has no team",
    )


def downgrade() -> None:
    op.drop_table("departures")
