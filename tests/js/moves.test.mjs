import assert from "node:assert/strict"
import { test } from "node:test"

import { fault, instantIn, metresBetween, reasonOf, seenOf, standing, stillStands } from "../../tracker/web/static/js/lib/moves.js"

test("a case stands where its last waiting move leads, whatever notes lie between", () => {
  const entries = [{ move: "start", to: "in_progress" }, { body: {} }, { move: "complete", to: "completed" }]
  assert.equal(standing(entries, "assigned").status, "completed")
  assert.equal(standing([{ body: {} }], "assigned").status, "assigned")
  assert.equal(standing([{ move: "resume", to: "" }], "on_hold").status, null)
})

test("a refused move leaves the case where the server has it", () => {
  const entries = [{ move: "start", to: "in_progress", refused: "x" }, { move: "complete", to: "completed" }]
  const { status, refused } = standing(entries, "assigned")
  assert.equal(status, "assigned")
  assert.equal(refused.move, "start")
})

const told = { status: "assigned", service: { code: "VOI-NID" }, priority: 3, crew: { code: "E1" }, lon: 1, lat: 2,
  version: 9, status_label: "Confiée", sentence: "Confiée à E1", transitions: [{ name: "start" }] }

test("a message changes nothing that a move stands on; a crew, a service, a danger or a place does", () => {
  const seen = seenOf(told)
  assert.ok(stillStands(seen, seenOf({ ...told, version: 12, reports_count: 3 })))
  for (const other of [{ status: "on_hold" }, { service: { code: "X" } }, { priority: 1 }, { crew: null }, { lat: 3 }]) {
    assert.ok(!stillStands(seen, seenOf({ ...told, ...other })), JSON.stringify(other))
  }
})

test("a refusal says why and what can be done", () => {
  assert.deepEqual(reasonOf({ status: 404 }, "start", null), { key: "move_taken", can: "check" })
  assert.deepEqual(reasonOf({ status: 412 }, "start", null), { key: "move_taken", can: "check" })
  assert.deepEqual(reasonOf({ status: 412 }, "start", told),
    { key: "move_changed", values: { state: "Confiée à E1" }, can: "again" })
  assert.deepEqual(reasonOf({ status: 409 }, "complete", told),
    { key: "move_closed", values: { state: "Confiée à E1" }, can: "check" })
  assert.deepEqual(reasonOf({ status: 422, detail: "Une photo" }, "complete", told), { detail: "Une photo", can: "mend" })
  assert.deepEqual(reasonOf({ status: 403, detail: "Non" }, "complete", told), { detail: "Non", can: "again" })
})

const NEAR = [{ guard: "near_site", params: { radius_m: 150 }, says: "loin" }]
const AFTER = [{ guard: "photo_after", params: { priorities: ["P1"], outcomes: ["nothing_found"] }, says: "photo" }]

test("a device asks why one starts far from the place, or not knowing where it is", () => {
  const site = { lon: -74.13, lat: 45.25 }
  const north = (metres) => ({ lon: site.lon, lat: site.lat + metres / 111195, site, inputs: {}, photos: 0 })
  assert.equal(fault(NEAR, north(140)), "")
  assert.equal(fault(NEAR, north(160)), "loin")
  assert.equal(fault(NEAR, { site, inputs: {}, photos: 0 }), "loin")
  assert.equal(fault(NEAR, { ...north(160), inputs: { reason: "Autre rue" } }), "")
  assert.ok(Math.abs(metresBetween(site, north(160)) - 160) < 0.1)
})

test("a device asks for the picture that a danger or nothing found calls for", () => {
  const done = (outcome, priority, photos) => ({ inputs: { outcome }, priority, photos })
  assert.equal(fault(AFTER, done("fixed", 1, 0)), "photo")
  assert.equal(fault(AFTER, done("fixed", 3, 0)), "")
  assert.equal(fault(AFTER, done("nothing_found", 3, 0)), "photo")
  assert.equal(fault(AFTER, done("nothing_found", 3, 1)), "")
})

test("a moment is the town's, wherever the device thinks it is, on both sides of a change of the clocks", () => {
  assert.equal(instantIn("America/Toronto", "2026-05-04T08:30"), "2026-05-04T12:30:00.000Z")
  assert.equal(instantIn("America/Toronto", "2026-12-04T08:30"), "2026-12-04T13:30:00.000Z")
  assert.equal(instantIn("America/Toronto", "2026-03-08T01:30"), "2026-03-08T06:30:00.000Z")
  assert.equal(instantIn("America/Toronto", "2026-03-08T03:30"), "2026-03-08T07:30:00.000Z")
  assert.equal(instantIn("America/Toronto", "demain"), "demain")
})
