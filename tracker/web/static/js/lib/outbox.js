/**
 * What was written and done without signal, sent in order when it returns, each exactly once by its idempotency key.
 *
 * Pure: the store and the way to send are given. An entry is {id, key, actor, number, body, refused?}; that of a
 * move also has {move, version, seen, to}. Moves of one case are a chain: a refused one holds those after it.
 */

// The session ended, or another one began: the same entry goes once its author signs in.
const SESSION = ["sign-in-required", "forgery-suspected", ""]
const IN_FLIGHT = ["request-in-flight", ""]

/** What an answer means for what was sent: kept for later, kept until somebody signs in, refused, or done. */
export function verdictOf(status, problem = "") {
  if (status >= 200 && status < 300) return "sent"
  if (status === 401) return "sign_in"
  if (status === 403) return SESSION.includes(problem) ? "sign_in" : "refused"
  // The first attempt is still being worked on, its answer comes to the next one.
  if (status === 409) return IN_FLIGHT.includes(problem) ? "later" : "refused"
  if (status === 0 || status >= 500 || [408, 425, 429].includes(status)) return "later"
  return "refused"
}

/** A key nobody else has, for places where crypto.randomUUID is not there (plain HTTP). */
export function newKey(random = globalThis.crypto) {
  const bytes = random.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}

/**
 * Send what an actor wrote and did, the first first, until one cannot be sent yet; what somebody else left on this
 * tablet waits for them. `send` resolves to {status, problem, detail, can?, version?}. Resolves to {sent, stopped}:
 * `stopped` is "", "later" or "sign_in".
 */
export async function flush({ store, actor, send }) {
  const sent = []
  const held = new Set()
  for (const { id } of await store.all()) {
    const entry = await store.get(id) // it may be gone, or know a newer version of its case by now
    if (!entry || entry.actor !== actor) continue
    if (entry.move && (entry.refused || held.has(entry.number))) held.add(entry.number)
    if (entry.refused || (entry.move && held.has(entry.number))) continue
    const answer = await send(entry)
    const verdict = verdictOf(answer.status, answer.problem)
    if (verdict === "later" || verdict === "sign_in") return { sent, stopped: verdict }
    if (verdict === "refused") {
      await store.change(id, { refused: answer.detail || `HTTP ${answer.status}`, can: answer.can ?? "again" })
      if (entry.move) held.add(entry.number)
      continue
    }
    // First those that follow, then this one: cut in between, it is sent again and answered the same.
    if (answer.version) await tellFollowers(store, entry, answer.version)
    await store.remove(id)
    sent.push(entry)
  }
  return { sent, stopped: "" }
}

async function tellFollowers(store, entry, version) {
  for (const other of await store.all()) {
    const follows = other.move && other.actor === entry.actor && other.number === entry.number && other.id > entry.id
    if (follows) await store.change(other.id, { version })
  }
}

/** Count what waits: the actor's own, how many of these are moves, and what belongs to others on this tablet. */
export function counted(entries, actor) {
  const own = entries.filter((entry) => entry.actor === actor)
  return {
    own: own.length,
    moves: own.filter((entry) => entry.move).length,
    others: entries.length - own.length,
    refused: own.filter((entry) => entry.refused).length,
  }
}
