"""Where things are: boundary sets, streets, addresses, assets, and who else owns what."""

from datetime import date, datetime
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base

SRID = 4326
# The number on a piece of equipment as people say it: "L-0042" is 42.
ASSET_NUMBER = r"ltrim(regexp_replace(code, '\D', '', 'g'), '0')"


def _geometry(kind: str) -> Geometry:
    return Geometry(kind, srid=SRID, spatial_index=False)


class BoundarySet(Base):
    """One dated version of all the districts; exactly one is active."""

    __tablename__ = "boundary_set"
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'active', 'retired')", name="status"),
        Index(
            "boundary_set_one_active_key", "status", unique=True, postgresql_where=text("status = 'active'")
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(Date)
    status: Mapped[str] = mapped_column(Text)
    imported_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    activated_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    retired_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class District(Base):
    """A polygon that divides the city."""

    __tablename__ = "district"
    __table_args__ = (
        UniqueConstraint("boundary_set_id", "code", name="district_code_key"),
        Index("district_geom_ix", "geom", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    boundary_set_id: Mapped[int] = mapped_column(ForeignKey("boundary_set.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    geom: Mapped[WKBElement] = mapped_column(_geometry("MULTIPOLYGON"))


class StreetSegment(Base):
    """A street between two corners, with who owns and who maintains it (domain: they can differ).

    `agreement` says who does what on a street shared with a neighbour: `road`, `snow`, `light`, each `ville`
    or the code of a third party; what it does not name is done by `maintained_by`.
    """

    __tablename__ = "street_segment"
    __table_args__ = (
        UniqueConstraint("code", name="street_segment_code_key"),
        Index("street_segment_geom_ix", "geom", postgresql_using="gist"),
        Index("street_segment_name_norm_ix", "name_norm"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    name_norm: Mapped[str] = mapped_column(Text)
    class_: Mapped[int] = mapped_column("class", SmallInteger)
    owner: Mapped[str] = mapped_column(Text)
    maintained_by: Mapped[str] = mapped_column(Text)
    district_code: Mapped[str | None] = mapped_column(Text)
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    geom: Mapped[WKBElement] = mapped_column(_geometry("LINESTRING"))
    source: Mapped[str] = mapped_column(Text, server_default="")
    agreement: Mapped[dict[str, str]] = mapped_column(JSONB, server_default=text("'{}'"))


class Address(Base):
    """A civic number on a street."""

    __tablename__ = "address"
    __table_args__ = (
        UniqueConstraint("source", "code", name="address_source_code_key"),
        Index("address_geom_ix", "geom", postgresql_using="gist"),
        Index("address_street_norm_civic_ix", "street_norm", "civic"),
        Index(
            "address_street_norm_trgm_ix",
            "street_norm",
            postgresql_using="gin",
            postgresql_ops={"street_norm": "gin_trgm_ops"},
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    civic: Mapped[int] = mapped_column(Integer)
    suffix: Mapped[str] = mapped_column(Text, server_default="")
    street: Mapped[str] = mapped_column(Text)
    street_norm: Mapped[str] = mapped_column(Text)
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("street_segment.id", ondelete="SET NULL"))
    geom: Mapped[WKBElement] = mapped_column(_geometry("POINT"))
    source: Mapped[str] = mapped_column(Text, server_default="")
    code: Mapped[str | None] = mapped_column(Text)
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))


class Asset(Base):
    """A thing that is maintained: a streetlight, a hydrant, a park."""

    __tablename__ = "asset"
    __table_args__ = (
        UniqueConstraint("kind", "code", name="asset_kind_code_key"),
        Index("asset_geom_ix", "geom", postgresql_using="gist"),
        Index("asset_number_ix", text(ASSET_NUMBER), "kind"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(Text, server_default="ville")
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("street_segment.id", ondelete="SET NULL"))
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    geom: Mapped[WKBElement] = mapped_column(_geometry("GEOMETRY"))
    source: Mapped[str] = mapped_column(Text, server_default="")


class ThirdParty(Base):
    """Who else owns things here or next door, and whom to call: a neighbour, a ministry, a utility."""

    __tablename__ = "third_party"
    __table_args__ = (
        UniqueConstraint("code", name="third_party_code_key"),
        Index("third_party_geom_ix", "geom", postgresql_using="gist"),
        CheckConstraint("kind IN ('neighbour', 'owner', 'water')", name="kind"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    name_fr: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    asset_kinds: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    chase_days: Mapped[int] = mapped_column(Integer, server_default=text("5"))
    geom: Mapped[WKBElement | None] = mapped_column(_geometry("MULTIPOLYGON"))


class MapFeature(Base):
    """Ground of the base map: water, parks, buildings, drawn, never worked on. A `place` has but a name."""

    __tablename__ = "map_feature"
    __table_args__ = (
        CheckConstraint("kind IN ('land', 'water', 'park', 'building', 'rail', 'place')", name="kind"),
        UniqueConstraint("source", "code", name="map_feature_source_code_key"),
        Index("map_feature_geom_ix", "geom", postgresql_using="gist"),
        Index("map_feature_named_ix", "kind", postgresql_where=text("name IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(Text)
    area_m2: Mapped[float] = mapped_column(Float, server_default=text("0"))
    geom: Mapped[WKBElement] = mapped_column(_geometry("GEOMETRY"))
    source: Mapped[str] = mapped_column(Text, server_default="")
    code: Mapped[str | None] = mapped_column(Text)


class Parcel(Base):
    """A lot and whose it is: `ville`, `private`, or the code of a third party. No owner's name is kept."""

    __tablename__ = "parcel"
    __table_args__ = (
        UniqueConstraint("source", "code", name="parcel_source_code_key"),
        Index("parcel_geom_ix", "geom", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    source: Mapped[str] = mapped_column(Text, server_default="")
    code: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(Text)
    geom: Mapped[WKBElement] = mapped_column(_geometry("MULTIPOLYGON"))


class RetiredPlace(Base):
    """A street segment or an asset that is no more, kept under its id because cases speak of it."""

    __tablename__ = "retired_place"
    __table_args__ = (CheckConstraint("kind IN ('segment', 'asset')", name="kind"),)

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    geom: Mapped[WKBElement] = mapped_column(_geometry("GEOMETRY"))
    retired_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
