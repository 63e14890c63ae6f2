"""Guards of bookings, permits, questions and files of the clerk."""

from .facts import Facts
from .rule import Params, Rule
from .table import Words


def _input_needed(facts: Facts, params: Params) -> bool:
    asked = facts.inputs.get(params["when"]) in params["values"]
    return not asked or facts.inputs.get(params["input"]) not in (None, "")


def _choice_of_services(facts: Facts, params: Params) -> bool:
    return (facts.inputs.get(params["input"]) in params["values"]) == (
        facts.service_code in params["services"]
    )


RULES = (
    Rule(
        name="paid",
        holds=lambda facts, _: facts.paid,
        words=Words(fr="Le paiement n’est pas encore reçu.", en="The payment has not been received yet."),
    ),
    Rule(
        name="payment_due",
        holds=lambda facts, _: not facts.paid,
        words=Words(fr="Il n’y a rien à payer.", en="There is nothing to pay."),
    ),
    Rule(
        name="slot_free",
        holds=lambda facts, _: facts.slot_free,
        words=Words(fr="Cette place vient d’être prise.", en="This place has just been taken."),
    ),
    Rule(
        name="slot_full",
        holds=lambda facts, _: not facts.slot_free,
        words=Words(fr="Il reste de la place : réservez.", en="There is room left: book it."),
    ),
    Rule(
        name="no_approval_needed",
        holds=lambda facts, _: not facts.needs_approval,
        words=Words(
            fr="Cette réservation doit d’abord être approuvée par la Ville.",
            en="The city must approve this booking first.",
        ),
    ),
    Rule(
        name="approval_needed",
        holds=lambda facts, _: facts.needs_approval,
        words=Words(fr="Rien n’est à approuver : confirmez.", en="Nothing needs an approval: confirm it."),
    ),
    Rule(
        name="services_never",
        params=("services",),
        holds=lambda facts, params: facts.service_code not in params["services"],
        words=Words(fr="Ce service suit un autre chemin.", en="This service takes another road."),
    ),
    Rule(
        name="service_family",
        params=("families",),
        holds=lambda facts, params: facts.new_service_family in params["families"],
        words=Words(
            fr="Choisissez un service de travaux ou d’inspection.",
            en="Choose a service of field work or inspection.",
        ),
        field="service_code",
    ),
    Rule(
        name="input_needed",
        params=("input", "when", "values"),
        holds=_input_needed,
        words=Words(fr="Remplissez ce champ pour ce choix.", en="Fill in this field for this choice."),
        field="{input}",
    ),
    Rule(
        name="choice_of_services",
        params=("input", "values", "services"),
        holds=_choice_of_services,
        words=Words(
            fr="Ce choix ne va pas avec ce service.", en="This choice does not go with this service."
        ),
        field="{input}",
    ),
    Rule(
        name="grounded",
        holds=lambda facts, _: facts.is_grounded,
        words=Words(
            fr="Donnez le numéro d’une demande existante, ou le service en cause.",
            en="Give the number of an existing request, or the service concerned.",
        ),
        field="answers",
    ),
)
