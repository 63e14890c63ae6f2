"""What the accounts' addresses take and give."""

from marshmallow import Schema, fields, validate

from tracker.accounts import permissions, tokens

EMAIL_LONGEST = 254  # RFC 5321 §4.5.3.1.3
LONGEST = 500


class SignIn(Schema):
    """Who signs in."""

    email = fields.String(required=True, validate=validate.Length(min=1, max=EMAIL_LONGEST))
    password = fields.String(required=True, load_only=True, validate=validate.Length(min=1, max=LONGEST))


class Session(Schema):
    """Who is signed in; `citizen` is everybody else. `csrf` goes back in X-CSRF-Token with each change."""

    name = fields.String(required=True)
    role = fields.String(required=True, validate=validate.OneOf(permissions.ROLES))
    crew = fields.String(required=True, allow_none=True)
    csrf = fields.String(required=True)


class TokenWanted(Schema):
    """A token to make."""

    label = fields.String(required=True, validate=validate.Length(min=1, max=100))
    role = fields.String(required=True, validate=validate.OneOf(permissions.ROLES[1:]))
    crew = fields.String(load_default=None, allow_none=True, validate=validate.Length(min=1, max=60))
    days = fields.Integer(
        load_default=tokens.DEFAULT_DAYS, validate=validate.Range(min=1, max=tokens.LONGEST_DAYS)
    )


class Token(Schema):
    """A token, without its secret."""

    id = fields.UUID(required=True)
    label = fields.String(required=True)
    role = fields.String(required=True)
    crew = fields.String(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)


class TokenMade(Token):
    """A token as it is made: the only time its secret is shown."""

    secret = fields.String(required=True)


class TokenList(Schema):
    """A jurisdiction's tokens."""

    tokens = fields.List(fields.Nested(Token), required=True)
