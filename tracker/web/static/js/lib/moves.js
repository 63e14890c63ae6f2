/** Moves of a case made without signal: what the case is after them, what a device can check, why one is refused. */

const EARTH_M = 6371008.8

/**
 * Return how a case stands after the moves that wait: `status` as shown, `pending` the last move that waits and
 * `refused` the first that was refused, which holds what follows. The status is null where nobody can know it yet.
 */
export function standing(entries, status) {
  const moves = entries.filter((entry) => entry.move)
  const refused = moves.find((entry) => entry.refused) ?? null
  const pending = moves.at(-1) ?? null
  if (refused || !pending) return { status, pending, refused }
  return { status: pending.to || null, pending, refused }
}

/** Tell whether what a move stands on is still so: then a newer version of the case is no conflict. */
export function stillStands(seen, present) {
  return Object.keys(seen).every((name) => seen[name] === present[name])
}

/** Return what of a case (as the API tells it) a move stands on. */
export function seenOf(told) {
  return {
    status: told.status,
    service: told.service.code,
    priority: told.priority,
    crew: told.crew?.code ?? null,
    lon: told.lon,
    lat: told.lat,
  }
}

/**
 * Return why a move cannot be done, as the key of a sentence with its values, and what its author can do about it:
 * `again` sends it onto the case as it is now, `check` looks whether it became possible, `mend` fills the form again.
 * `present` is the case as it is now, null when it is not this crew's any more.
 */
export function reasonOf({ status, detail }, move, present) {
  if (status === 404 || ([409, 412].includes(status) && !present)) return { key: "move_taken", can: "check" }
  if (status === 409 || status === 412) {
    const isOpen = present.transitions.some((one) => one.name === move)
    const values = { state: present.sentence || present.status_label }
    return { key: isOpen ? "move_changed" : "move_closed", values, can: isOpen ? "again" : "check" }
  }
  return { detail, can: [413, 415, 422].includes(status) ? "mend" : "again" }
}

/** Return the sentence of the first check that fails, empty when a device sees nothing against a move. */
export function fault(checks, { lon, lat, site, inputs, photos, priority }) {
  for (const { guard, params, says } of checks) {
    const needs = { near_site: () => !inputs.reason && !isNear({ lon, lat }, site, params.radius_m),
      photo_taken: () => !photos,
      photo_after: () => !photos && isPictured(params, priority, inputs.outcome) }
    if (needs[guard]?.()) return says
  }
  return ""
}

const isPictured = ({ priorities, outcomes }, priority, outcome) =>
  priorities.includes(`P${priority}`) || outcomes.includes(outcome)

function isNear(here, site, radius_m) {
  const known = [here.lon, here.lat, site?.lon, site?.lat].every(Number.isFinite)
  return known && metresBetween(here, site) <= radius_m
}

/** Great-circle distance in metres, on a sphere. */
export function metresBetween(one, other) {
  const [a, b] = [one, other].map(({ lat }) => (lat * Math.PI) / 180)
  const [dLat, dLon] = [b - a, ((other.lon - one.lon) * Math.PI) / 180]
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(dLon / 2) ** 2
  return 2 * EARTH_M * Math.asin(Math.sqrt(h))
}

/** Return a moment of a form (`2026-05-04T08:30`, the town's wall clock) as an instant, whatever the device's zone. */
export function instantIn(zone, local) {
  const wanted = Date.parse(`${local}Z`)
  if (Number.isNaN(wanted)) return local
  // Twice: the offset at the first guess may be that of the other side of a change of the clocks.
  let at = wanted - offset_ms(zone, wanted)
  at = wanted - offset_ms(zone, at)
  return new Date(at).toISOString()
}

function offset_ms(zone, at) {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit",
    day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" }).formatToParts(at)
  const of = Object.fromEntries(parts.map(({ type, value }) => [type, value]))
  return Date.parse(`${of.year}-${of.month}-${of.day}T${of.hour}:${of.minute}:${of.second}Z`) - Math.floor(at / 1000) * 1000
}
