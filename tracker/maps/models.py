"""How many cases lie in each cell of the map (migration 0005 says how the counts are kept up to date)."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Index, Integer, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base


class CaseCell(Base):
    """Cases in one of the 64 cells of a tile: their number, and the sums of their world pixels for the
    middle.
    """

    __tablename__ = "case_cell"
    __table_args__ = (Index("case_cell_empty_ix", "z", postgresql_where=text("n = 0")),)

    z: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    x: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    y: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    cell: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    is_open: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    is_public: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    workflow: Mapped[str] = mapped_column(Text, primary_key=True)
    group_code: Mapped[str] = mapped_column(Text, primary_key=True)
    n: Mapped[int] = mapped_column(Integer)
    sx: Mapped[int] = mapped_column(BigInteger)
    sy: Mapped[int] = mapped_column(BigInteger)


class CaseCellChange(Base):
    """What changed since the counts were folded: appended by a trigger, without key or index, so that nobody
    waits.
    """

    __tablename__ = "case_cell_change"
    # SQLAlchemy wants a key to tell rows apart; the table has none and is never read row by row.
    __mapper_args__ = {"primary_key": ["x", "y", "is_open", "is_public", "workflow", "group_code"]}

    x: Mapped[int] = mapped_column(Integer)
    y: Mapped[int] = mapped_column(Integer)
    is_open: Mapped[bool] = mapped_column(Boolean)
    is_public: Mapped[bool] = mapped_column(Boolean)
    workflow: Mapped[str] = mapped_column(Text)
    group_code: Mapped[str] = mapped_column(Text)
    n: Mapped[int] = mapped_column(Integer)
    sx: Mapped[int] = mapped_column(BigInteger)
    sy: Mapped[int] = mapped_column(BigInteger)


class CaseCellFold(Base):
    """How often the changes were folded: with the number of changes pending, it names one state of the
    cases.
    """

    __tablename__ = "case_cell_fold"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    folds: Mapped[int] = mapped_column(BigInteger)
