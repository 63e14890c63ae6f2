"""The jobs a workflow may name; `effects` does them (a test holds the two against each other)."""

JOBS = (
    "open_follow_up",
    "add_to_programme",
    "tell_supervisor",
    "flag_late_filing",
    "charge_fee",
    "take_slot",
    "release_slot",
    "refund",
    "return_deposit",
    "make_permit_document",
    "make_refusal_letter",
    "make_owner_letter",
    "open_converted_case",
    "move_followers",
    "return_followers",
)
