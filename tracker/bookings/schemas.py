"""The contract of bookings."""

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from tracker.reports.schemas import EARLIEST, LATEST, ReportGiven, ReportTold

MOMENT = validate.Range(EARLIEST, LATEST)


class ResourceQuery(Schema):
    """What is booked for one service, or everything."""

    class Meta:
        unknown = EXCLUDE

    service = fields.String(load_default=None, validate=validate.Length(max=40))


class ResourceTold(Schema):
    """Something that is booked."""

    code = fields.String(required=True)
    kind = fields.String(required=True)
    service_code = fields.String(required=True)
    name = fields.String(required=True)
    units = fields.Integer(required=True)
    district = fields.String(allow_none=True)
    rules = fields.Dict(required=True)
    hall = fields.String(allow_none=True)
    period = fields.Dict(
        allow_none=True, metadata={"description": "of an activity or a show: starts_at, ends_at"}
    )
    places = fields.Dict(
        allow_none=True, metadata={"description": "of an activity or a show: how many free, held, taken"}
    )


class ResourceList(Schema):
    """What is booked."""

    resources = fields.List(fields.Nested(ResourceTold), required=True)


class PeriodQuery(Schema):
    """From when to when."""

    class Meta:
        unknown = EXCLUDE

    starts_at = fields.AwareDateTime(required=True, validate=MOMENT)
    ends_at = fields.AwareDateTime(required=True, validate=MOMENT)
    quantity = fields.Integer(load_default=1, validate=validate.Range(1, 10_000))


class BusyTold(Schema):
    """A period with the units that are held in it; never by whom."""

    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    units = fields.Integer(required=True)
    held = fields.Integer(
        required=True, metadata={"description": "those of `units` in a cart or offered, not confirmed yet"}
    )


class AvailabilityTold(Schema):
    """Whether there is room, and when there is not."""

    is_free = fields.Boolean(required=True)
    free_units = fields.Integer(required=True)
    held_units = fields.Integer(
        required=True, metadata={"description": "in a cart or offered: they may come free within minutes"}
    )
    taken_units = fields.Integer(required=True)
    price = fields.Dict(required=True, metadata={"description": "cents by kind: fee, deposit"})
    busy = fields.List(fields.Nested(BusyTold), required=True)


class SlotGiven(Schema):
    """What is asked for, and when. A tour takes the whole day of `starts_at`.

    An activity and a show have their own times. With an `address` of the town one registers as a resident.
    """

    resource = fields.String(required=True, validate=validate.Length(1, 60))
    starts_at = fields.AwareDateTime(load_default=None, allow_none=True, validate=MOMENT)
    ends_at = fields.AwareDateTime(load_default=None, allow_none=True, validate=MOMENT)
    quantity = fields.Integer(load_default=1, validate=validate.Range(1, 10_000))
    people = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 100_000))
    alcohol = fields.Boolean(load_default=False)
    address = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=200))
    seats = fields.List(
        fields.String(validate=validate.Length(1, 12)),
        load_default=list,
        validate=validate.Length(max=50),
        metadata={"description": "of a show, by row and number: A-7"},
    )


class QuoteGiven(SlotGiven):
    """What somebody would take, and who for."""

    born_on = fields.Date(load_default=None, allow_none=True)


class NearTold(Schema):
    """What can be had instead."""

    resource = fields.String(required=True)
    name = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)
    seats = fields.List(fields.String(), required=True)


class QuoteTold(Schema):
    """What it costs before anything is taken, and what can be had instead when it cannot be."""

    is_free = fields.Boolean(required=True)
    free_units = fields.Integer(required=True)
    held_units = fields.Integer(required=True)
    taken_units = fields.Integer(required=True)
    price = fields.Dict(required=True)
    is_resident = fields.Boolean(required=True)
    opens_at = fields.AwareDateTime(allow_none=True)
    is_open = fields.Boolean(required=True)
    fits_age = fields.Boolean(allow_none=True)
    seats_taken = fields.List(fields.String(), required=True)
    near = fields.List(fields.Nested(NearTold), required=True)


class SeatTold(Schema):
    """A seat: free, held in somebody's cart, or taken; never by whom."""

    label = fields.String(required=True)
    row = fields.String(required=True)
    number = fields.Integer(required=True)
    is_accessible = fields.Boolean(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["free", "held", "taken"]))


class SeatList(Schema):
    """The seats of a show, from the stage."""

    hall = fields.String(allow_none=True)
    seats = fields.List(fields.Nested(SeatTold), required=True)


class BookingGiven(Schema):
    """A report of a bookable service with the slot it asks for."""

    report = fields.Nested(ReportGiven, required=True)
    slot = fields.Nested(SlotGiven, required=True)
    waitlist = fields.Boolean(
        load_default=False, metadata={"description": "wait in line, when everything is taken"}
    )

    @validates_schema
    def _one_thing(self, data: dict[str, object], **_: object) -> None:
        report = data.get("report")
        if isinstance(report, dict) and (report.get("case_number") or report.get("draft")):
            raise ValidationError("A booking is always a case of its own.", "report")


class BookingTold(ReportTold):
    """What became of it: the cart is held for ten minutes."""

    held_until = fields.AwareDateTime(allow_none=True)
    rank = fields.Integer(allow_none=True)
    price = fields.Dict(required=True)
