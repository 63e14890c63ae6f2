"""Documents in the API's description."""

from marshmallow import Schema, fields


class DocumentForm(Schema):
    """PDFs, in `documents`."""

    documents = fields.List(fields.Raw(metadata={"type": "string", "format": "binary"}), required=True)


class DocumentTold(Schema):
    """A document, and where to take it."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    bytes = fields.Integer(required=True)
    pages = fields.Integer(required=True)
    sender = fields.String(required=True, metadata={"enum": ["citizen", "city"]})
    added_at = fields.AwareDateTime(required=True)
    url = fields.String(required=True)


class OwnDocuments(Schema):
    """What a person sent, and whether more may be."""

    documents = fields.List(fields.Nested(DocumentTold), required=True)
    takes_documents = fields.Boolean(required=True)
