"""The contract of rule sets, trials and hours worked."""

from marshmallow import Schema, fields, validate

from tracker.dispatch import reading
from tracker.dispatch.trials import MONTHS


class CrewTold(Schema):
    """A crew."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    department = fields.String(required=True)
    kind = fields.String(required=True)
    skills = fields.List(fields.String(), required=True)
    districts = fields.List(fields.String(), required=True)


class CrewList(Schema):
    """Active crews."""

    crews = fields.List(fields.Nested(CrewTold), required=True)


class RulesTold(Schema):
    """A version of the rules; 0 is the one that comes with the program."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    source = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(("draft", "active", "retired")))
    loaded_by = fields.String(required=True)
    loaded_at = fields.AwareDateTime(allow_none=True)


class RulesRead(RulesTold):
    """A version of the rules with its text."""

    written = fields.String(required=True)


class ActivationTold(Schema):
    """Rules put in force or taken back."""

    id = fields.Integer(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(("activate", "undo")))
    rules = fields.Integer(allow_none=True)
    before = fields.Integer(allow_none=True)
    actor = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    reason = fields.String(required=True)
    acknowledged = fields.Dict(required=True)
    is_undone = fields.Boolean(required=True)
    rechosen = fields.Integer(metadata={"description": "open cases now proposed to another crew"})


class RulesList(Schema):
    """Every version, the newest first, and what was put in force when."""

    rules = fields.List(fields.Nested(RulesTold), required=True)
    activations = fields.List(fields.Nested(ActivationTold), required=True)


class RulesGiven(Schema):
    """A rule set as YAML."""

    written = fields.String(required=True, validate=validate.Length(1, reading.LONGEST))
    source = fields.String(load_default="", validate=validate.Length(max=120))


class CheckTold(Schema):
    """What is to be said of rules before they are put in force."""

    is_proved = fields.Boolean(required=True)
    unknown_names = fields.List(fields.Dict(), required=True)
    unreachable = fields.List(fields.Dict(), required=True)
    overlaps = fields.List(fields.Dict(), required=True)
    gaps = fields.List(fields.Dict(), required=True)


class ActivationGiven(Schema):
    """Why, and whether what the check found is meant."""

    acknowledged = fields.Boolean(load_default=False)
    reason = fields.String(load_default="", validate=validate.Length(max=500))


class UndoGiven(Schema):
    """Why."""

    reason = fields.String(load_default="", validate=validate.Length(max=500))


class TrialGiven(Schema):
    """Rules, districts or both to try, and on how many months."""

    rules = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 2**31))
    boundary_set = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 2**31))
    months = fields.Integer(load_default=MONTHS, validate=validate.Range(1, 120))


class TrialTold(Schema):
    """What would have been different."""

    id = fields.UUID(required=True)
    rules = fields.Integer(allow_none=True)
    boundary_set = fields.Integer(allow_none=True)
    since = fields.AwareDateTime(required=True)
    until = fields.AwareDateTime(required=True)
    made_at = fields.AwareDateTime(required=True)
    made_by = fields.String(required=True)
    cases = fields.Integer(required=True)
    skipped = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    nobody = fields.Dict(required=True)
    crews = fields.List(fields.Dict(), required=True)
    rules_hit = fields.List(fields.Dict(), required=True)
    table = fields.List(fields.Dict(), required=True)
    changes = fields.Dict(required=True, metadata={"description": "a GeoJSON FeatureCollection"})
    check = fields.Nested(CheckTold, required=True)


class StintGiven(Schema):
    """Hours a crew worked; without an end it is still at work."""

    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(load_default=None, allow_none=True)


class StintTold(Schema):
    """Hours a crew worked."""

    id = fields.UUID(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(allow_none=True)
    recorded_by = fields.String(required=True)


class StintList(Schema):
    """The hours of the last ten days, the first first."""

    stints = fields.List(fields.Nested(StintTold), required=True)
