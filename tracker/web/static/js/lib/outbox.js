/**
 * What was written without signal, sent in order when it returns, each exactly once by its idempotency key.
 *
 * Pure: the store and the way to send are given. An entry is {id, key, actor, number, body, refused?}.
 */

/** What an answer means for what was sent: kept for later, kept until somebody signs in, refused, or done. */
export function verdictOf(status) {
  if (status >= 200 && status < 300) return "sent"
  if (status === 401 || status === 403) return "sign_in"
  // 409: the first attempt is still being worked on, its answer comes to the next one.
  if (status === 0 || status >= 500 || [408, 409, 425, 429].includes(status)) return "later"
  return "refused"
}

/** A key nobody else has, for places where crypto.randomUUID is not there (plain HTTP). */
export function newKey(random = globalThis.crypto) {
  const bytes = random.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}

/**
 * Send what an actor wrote, the first first, until one cannot be sent yet; what somebody else wrote on this
 * tablet waits for them. Resolves to {sent, stopped}: `stopped` is "", "later" or "sign_in".
 */
export async function flush({ store, actor, send }) {
  const sent = []
  for (const entry of await store.all()) {
    if (entry.actor !== actor || entry.refused) continue
    const { status, detail } = await send(entry)
    const verdict = verdictOf(status)
    if (verdict === "later" || verdict === "sign_in") return { sent, stopped: verdict }
    if (verdict === "refused") await store.put({ ...entry, refused: detail || `HTTP ${status}` })
    else {
      await store.remove(entry.id)
      sent.push(entry)
    }
  }
  return { sent, stopped: "" }
}

/** Count what waits: the actor's own, and what belongs to others who wrote on this tablet. */
export function counted(entries, actor) {
  const own = entries.filter((entry) => entry.actor === actor)
  return { own: own.length, others: entries.length - own.length, refused: own.filter((entry) => entry.refused).length }
}
