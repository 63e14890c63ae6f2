"""The contract of notices, subscriptions, preferences and templates."""

from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from tracker.notify.book import LANGUAGES
from tracker.notify.persons import WIDEST_M
from tracker.notify.preferences import CHANNELS
from tracker.notify.subscribing import NARROWEST_M, SUBJECTS

_LANGUAGE = validate.OneOf(LANGUAGES)
_TIME = validate.Regexp(r"\A([01][0-9]|2[0-3]):[0-5][0-9]\Z")


class NoticeQuery(Schema):
    """Which notices are listed."""

    class Meta:
        unknown = EXCLUDE

    unread = fields.Boolean(load_default=False)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class NoticeTold(Schema):
    """One notice, as it was said."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, metadata={"example": "field_work.completed"})
    language = fields.String(required=True)
    subject = fields.String(required=True)
    body = fields.String(required=True)
    link = fields.String(allow_none=True)
    case_number = fields.String(allow_none=True)
    at = fields.AwareDateTime(required=True)
    is_read = fields.Boolean(required=True)


class Inbox(Schema):
    """Somebody's notices, the newest first."""

    notices = fields.List(fields.Nested(NoticeTold), required=True)
    unread = fields.Integer(required=True)


class ReadGiven(Schema):
    """Which notices were read; all of them when none is named."""

    class Meta:
        unknown = EXCLUDE

    ids = fields.List(fields.UUID(), load_default=None, allow_none=True, validate=validate.Length(max=500))


class PreferencesGiven(Schema):
    """How somebody wishes to be told. Null is the house's default; times are the town's, 24 h."""

    class Meta:
        unknown = EXCLUDE

    language = fields.String(load_default=None, allow_none=True, validate=_LANGUAGE)
    channels = fields.List(
        fields.String(validate=validate.OneOf(CHANNELS)),
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=len(CHANNELS)),
    )
    quiet_from = fields.String(load_default=None, allow_none=True, validate=_TIME)
    quiet_to = fields.String(load_default=None, allow_none=True, validate=_TIME)
    digest_at = fields.String(load_default="07:00", validate=_TIME)
    is_muted = fields.Boolean(load_default=False)

    @validates_schema
    def _both_ends(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("quiet_from") is None) != (data.get("quiet_to") is None):
            raise ValidationError("quiet_from and quiet_to go together", "quiet_to")


class PreferencesTold(Schema):
    """How somebody is told; `addresses` are covered."""

    language = fields.String(allow_none=True)
    channels = fields.List(fields.String(), allow_none=True)
    quiet_from = fields.String(allow_none=True)
    quiet_to = fields.String(allow_none=True)
    digest_at = fields.String(required=True)
    is_muted = fields.Boolean(required=True)
    addresses = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class SubscriptionGiven(Schema):
    """What somebody wishes to hear about, and where to ask them whether it is theirs."""

    class Meta:
        unknown = EXCLUDE

    email = fields.String(required=True, validate=validate.Length(3, 254))
    language = fields.String(load_default="fr", validate=_LANGUAGE)
    subject = fields.String(required=True, validate=validate.OneOf(SUBJECTS))
    case_number = fields.String(load_default="", validate=validate.Length(max=40))
    code = fields.String(
        load_default="",
        validate=validate.Length(max=60),
        metadata={"description": "of a district or a service"},
    )
    lon = fields.Float(load_default=None, allow_none=True, validate=validate.Range(-180, 180))
    lat = fields.Float(load_default=None, allow_none=True, validate=validate.Range(-85, 85))
    radius_m = fields.Float(
        load_default=None, allow_none=True, validate=validate.Range(NARROWEST_M, WIDEST_M)
    )
    place = fields.String(load_default="", validate=validate.Length(max=200))
    digest = fields.Boolean(load_default=False)


class Asked(Schema):
    """The same whether or not the address is known: a letter went there, or one was there already."""

    status = fields.String(required=True, metadata={"example": "confirm"})


class SubscriptionTold(Schema):
    """One wish."""

    id = fields.UUID(required=True)
    subject = fields.String(required=True)
    label = fields.String(required=True)
    radius_m = fields.Float(allow_none=True)
    digest = fields.Boolean(required=True)
    is_confirmed = fields.Boolean(required=True)
    created_at = fields.AwareDateTime(required=True)


class SubscriptionChange(Schema):
    """Whether the news of a wish come at once or in the digest of the day."""

    class Meta:
        unknown = EXCLUDE

    digest = fields.Boolean(required=True)


class PersonTold(Schema):
    """Everything a person's own link shows."""

    kind = fields.String(required=True, validate=validate.OneOf(("report", "citizen", "staff")))
    preferences = fields.Nested(PreferencesTold, required=True)
    subscriptions = fields.List(fields.Nested(SubscriptionTold), required=True)
    notices = fields.List(fields.Nested(NoticeTold), required=True)
    unread = fields.Integer(required=True)


class OwnNotices(Schema):
    """The notices of a report, and the token of the page where its sender chooses how they are told."""

    notices = fields.List(fields.Nested(NoticeTold), required=True)
    unread = fields.Integer(required=True)
    person = fields.String(required=True)
    told_by = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    is_muted = fields.Boolean(required=True)


class FollowTold(Schema):
    """Whether the one who asks follows a case."""

    follows = fields.Boolean(required=True)


class WordsGiven(Schema):
    """The three texts of a notice in one language."""

    subject = fields.String(required=True, validate=validate.Length(1, 200))
    body = fields.String(required=True, validate=validate.Length(1, 5_000))
    short = fields.String(required=True, validate=validate.Length(1, 300))


class TextsGiven(Schema):
    """The words of a notice, in one language or both."""

    fr = fields.Nested(WordsGiven)
    en = fields.Nested(WordsGiven)


class VersionGiven(Schema):
    """New words for a notice; they are a draft until they are put to use."""

    class Meta:
        unknown = EXCLUDE

    texts = fields.Nested(TextsGiven, required=True)


class PreviewGiven(VersionGiven):
    """Words to try on a real case."""

    case_number = fields.String(required=True, validate=validate.Length(1, 40))


class TextActivationGiven(Schema):
    """Which version to use; 0 is the house's own words."""

    class Meta:
        unknown = EXCLUDE

    version = fields.Integer(required=True, validate=validate.Range(0, 1_000_000))


class TemplateTold(Schema):
    """A notice in short."""

    code = fields.String(required=True)
    to = fields.List(fields.String(), required=True)
    urgent = fields.Boolean(required=True)
    version = fields.Integer(required=True, metadata={"description": "in use; 0 is the house's own"})
    subject = fields.String(required=True)


class TemplateList(Schema):
    """Every notice."""

    templates = fields.List(fields.Nested(TemplateTold), required=True)


class TextVersionTold(Schema):
    """One version of the words of a notice."""

    version = fields.Integer(required=True)
    status = fields.String(required=True, validate=validate.OneOf(("draft", "active", "retired")))
    texts = fields.Nested(TextsGiven, required=True)
    created_at = fields.AwareDateTime(allow_none=True)


class TemplateFull(Schema):
    """A notice, the names its words may use, and its versions, the newest first."""

    code = fields.String(required=True)
    to = fields.List(fields.String(), required=True)
    urgent = fields.Boolean(required=True)
    names = fields.List(fields.String(), required=True)
    versions = fields.List(fields.Nested(TextVersionTold), required=True)


class Previewed(Schema):
    """The words as a person of that case would read them."""

    fr = fields.Nested(WordsGiven)
    en = fields.Nested(WordsGiven)
