"""Rule sets, trials and hours worked over HTTP. The crews themselves are in `api`."""

from typing import Any
from uuid import UUID

import orjson
from flask import Response
from sqlalchemy.orm import Session

from tracker.cases import rechoosing
from tracker.cases.rechoosing import Cause
from tracker.dispatch import checking, present, reading, rulebook, schemas, stints, trials
from tracker.dispatch.models import TriageActivation
from tracker.dispatch.rulebook import Act
from tracker.http import edge, idempotency, language, openapi
from tracker.http.idempotency import Kept

blp = openapi.Blueprint(
    "triage", __name__, url_prefix=openapi.PREFIX, description="The rules of triage, tried and put in force."
)
ID = "<int(max=2147483647):rules_id>"


@blp.route("/triage/rules")
@openapi.documented(200, schemas.RulesList)
@openapi.problems(401, 403, 404)
def list_rules() -> Response:
    """List every version of the rules, and which was put in force when and by whom."""
    with edge.transaction() as session:
        edge.require("triage.read")
        body = {
            "rules": [present.rules(each) for each in rulebook.listed(session)],
            "activations": [present.activation(each) for each in rulebook.activations(session)],
        }
    return _json(body)


@blp.route("/triage/rules/" + ID)
@openapi.documented(200, schemas.RulesRead)
@openapi.problems(401, 403, 404)
def read_rules(rules_id: int) -> Response:
    """Read one version of the rules, 0 for the one that comes with the program."""
    with edge.transaction() as session:
        edge.require("triage.read")
        if rules_id == 0:
            body = present.shipped(reading.DEFAULT.read_text(encoding="utf-8"))
        else:
            stored = rulebook.one(session, rules_id)
            body = present.rules(stored) | {"written": stored.written}
    return _json(body)


@blp.route("/triage/rules/check", methods=["POST"])
@blp.arguments(schemas.RulesGiven)
@openapi.documented(200, schemas.CheckTold)
@openapi.problems(400, 401, 403, 404, 415, 422)
def check_rules(given: dict[str, Any]) -> Response:
    """Examine rules without keeping them: unknown names, unreachable rules, overlaps, gaps."""
    with edge.transaction() as session:
        edge.require("triage.read")
        found = checking.check(session, reading.parse(given["written"]))
    return _json(found.as_mapping(language.current()))


@blp.route("/triage/rules", methods=["POST"])
@blp.arguments(schemas.RulesGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(201, schemas.RulesRead)
@openapi.problems(400, 401, 403, 404, 409, 415, 422)
def load_rules(given: dict[str, Any]) -> Response:
    """Keep a rule set as a draft, which changes nothing yet; the same text again is the same version."""
    with edge.transaction() as session:
        who = edge.require("triage.draft")

        def produce() -> Kept:
            stored = rulebook.load(
                session, given["written"], source=given["source"], actor=who.ref, at=edge.clock()
            )
            return _kept(present.rules(stored) | {"written": stored.written}, 201)

        return idempotency.once(session, "triage/rules", produce)


@blp.route("/triage/rules/" + ID + "/activation", methods=["POST"])
@blp.arguments(schemas.ActivationGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(200, schemas.ActivationTold)
@openapi.problems(400, 401, 403, 404, 409, 415, 422)
def activate_rules(given: dict[str, Any], rules_id: int) -> Response:
    """Put a version in force. What the check finds must be acknowledged; crews are chosen again."""
    with edge.transaction() as session:
        act = Act(actor=edge.require("triage.activate").ref, at=edge.clock(), reason=given["reason"])

        def produce() -> Kept:
            done, _ = trials.activate(session, rules_id, act, acknowledged=given["acknowledged"])
            return _activated(session, done, act)

        return idempotency.once(session, f"triage/rules/{rules_id}/activation", produce)


@blp.route("/triage/activations/undo", methods=["POST"])
@blp.arguments(schemas.UndoGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(200, schemas.ActivationTold)
@openapi.problems(400, 401, 403, 404, 409, 415, 422)
def undo_activation(given: dict[str, Any]) -> Response:
    """Take the last activation back: the rules in force before it are again."""
    with edge.transaction() as session:
        act = Act(actor=edge.require("triage.activate").ref, at=edge.clock(), reason=given["reason"])
        return idempotency.once(
            session, "triage/activations/undo", lambda: _activated(session, rulebook.undo(session, act), act)
        )


@blp.route("/triage/trials", methods=["POST"])
@blp.arguments(schemas.TrialGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(201, schemas.TrialTold)
@openapi.problems(400, 401, 403, 404, 409, 415, 422)
def try_rules(given: dict[str, Any]) -> Response:
    """Try rules, districts or both on the cases of the last months; nothing changes but the trial is kept."""
    with edge.transaction() as session:
        who = edge.require("triage.draft")
        asked = trials.Asked(
            rules_id=given["rules"],
            boundary_set_id=given["boundary_set"],
            months=given["months"],
            actor=who.ref,
            at=edge.clock(),
        )
        return idempotency.once(
            session,
            "triage/trials",
            lambda: _kept(present.trial(trials.try_out(session, asked), language.current()), 201),
        )


@blp.route("/triage/trials/<uuid:trial_id>")
@openapi.documented(200, schemas.TrialTold)
@openapi.problems(401, 403, 404)
def read_trial(trial_id: UUID) -> Response:
    """Read what a trial found."""
    with edge.transaction() as session:
        edge.require("triage.read")
        body = present.trial(trials.one(session, trial_id), language.current())
    return _json(body)


@blp.route("/crews/<code>/stints")
@openapi.documented(200, schemas.StintList)
@openapi.problems(401, 403, 404)
def list_stints(code: str) -> Response:
    """List the hours a crew worked in the last ten days."""
    with edge.transaction() as session:
        edge.require("crew.list")
        body = {"stints": [present.stint(each) for each in stints.of(session, code, at=edge.clock())]}
    return _json(body)


@blp.route("/crews/<code>/stints", methods=["POST"])
@blp.arguments(schemas.StintGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(201, schemas.StintTold)
@openapi.problems(400, 401, 403, 404, 409, 415, 422)
def record_stint(given: dict[str, Any], code: str) -> Response:
    """Record hours a crew worked, or that it is at work now: the law's rests are counted from them."""
    with edge.transaction() as session:
        who, at = edge.require("crew.hours"), edge.clock()
        return idempotency.once(
            session,
            f"crews/{code}/stints",
            lambda: _kept(
                present.stint(
                    stints.record(session, code, given["starts_at"], given["ends_at"], actor=who.ref, at=at)
                ),
                201,
            ),
        )


@blp.route("/crews/<code>/stints/<uuid:stint_id>/end", methods=["POST"])
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(200, schemas.StintTold)
@openapi.problems(400, 401, 403, 404, 409, 422)
def end_stint(code: str, stint_id: UUID) -> Response:
    """Say that a crew's work ends now."""
    with edge.transaction() as session:
        edge.require("crew.hours")
        return idempotency.once(
            session,
            f"crews/{code}/stints/{stint_id}/end",
            lambda: _kept(present.stint(stints.end(session, code, stint_id, edge.clock())), 200),
        )


def _activated(session: Session, done: TriageActivation, act: Act) -> Kept:
    rechosen = rechoosing.choose_again(session, Cause("rules", act.actor, act.at))
    return _kept(present.activation(done) | {"rechosen": rechosen}, 200)


def _kept(body: dict[str, Any], status: int) -> Kept:
    return Kept(status=status, headers={"Content-Type": "application/json"}, body=orjson.dumps(body))


def _json(body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body), 200, content_type="application/json")
