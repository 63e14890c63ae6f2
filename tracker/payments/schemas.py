"""The contract of payments."""

from marshmallow import Schema, fields, validate

from tracker.payments.models import METHODS

MOST_CENTS = 10**10


class PaymentGiven(Schema):
    """Money that changed hands. `reference` is the counter's or the bank's own, never a card number."""

    amount_cents = fields.Integer(
        required=True, strict=True, validate=[validate.Range(-MOST_CENTS, MOST_CENTS), validate.NoneOf([0])]
    )
    method = fields.String(
        required=True, validate=validate.OneOf([each for each in METHODS if each != "online"])
    )
    reference = fields.String(
        required=True, validate=[validate.Length(1, 60), validate.Regexp(r"^(?!\d{12,19}$)[^\x00]*$")]
    )


class CallbackGiven(Schema):
    """What a payment gateway says, signed as Standard Webhooks does."""

    case_number = fields.String(required=True, validate=validate.Length(1, 60))
    amount_cents = fields.Integer(required=True, strict=True, validate=validate.Range(1, MOST_CENTS))
    reference = fields.String(
        required=True, validate=[validate.Length(1, 60), validate.Regexp(r"^(?!\d{12,19}$)[^\x00]*$")]
    )


class EstimateGiven(Schema):
    """A service and the answers that its fee depends on."""

    service_code = fields.String(required=True, validate=validate.Length(1, 40))
    answers = fields.Dict(keys=fields.String(), load_default=dict)


class EstimateTold(Schema):
    """What it would cost, in cents."""

    amount_cents = fields.Integer(required=True)


class MoneyTold(Schema):
    """What a case owes and what was paid, in cents."""

    owed_cents = fields.Integer(required=True)
    paid_cents = fields.Integer(required=True)
    due_cents = fields.Integer(required=True)
    status = fields.String(required=True, metadata={"description": "the status the payment led to"})
