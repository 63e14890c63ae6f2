"""The contract of maps."""

from marshmallow import EXCLUDE, Schema, fields, validate

from tracker.maps.palette import THEMES


class StyleQuery(Schema):
    """In which light and language the map is wanted."""

    class Meta:
        unknown = EXCLUDE

    theme = fields.String(load_default="light", validate=validate.OneOf(THEMES))


class DensityQuery(Schema):
    """Which incidents: `service` is a service's or a group's code, all when empty; the days are included."""

    class Meta:
        unknown = EXCLUDE

    service = fields.String(load_default="", validate=validate.Length(max=40))
    from_ = fields.Date(data_key="from", load_default=None, metadata={"description": "first day, town time"})
    to = fields.Date(load_default=None, metadata={"description": "last day, town time; today by default"})
    hot = fields.Boolean(load_default=False, metadata={"description": "significant hot spots only"})
