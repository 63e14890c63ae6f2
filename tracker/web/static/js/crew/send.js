/** One entry of the outbox over the network: a message as it is, a move against the case as it was seen. */

import { one } from "../lib/dom.js"
import { reasonOf, seenOf, stillStands } from "../lib/moves.js"
import { say } from "../lib/words.js"

const LONGEST_MS = 20000
const SLOWEST_BYTES_MS = 20 // 20 kB a second: a picture on one bar of signal
const api = (number, what = "") => `${document.documentElement.dataset.base}/api/v1/cases/${number}${what}`

/** Send an entry. Resolves to {status, problem, detail, can, version}; status 0 where there was no answer. */
export async function sendEntry(entry) {
  if (!entry.move) return ask(api(entry.number, "/messages"), posted(entry, JSON.stringify(entry.body)))
  let answer = await move(entry, entry.version)
  if (answer.status >= 200 && answer.status < 300) return answer
  if (![404, 409, 412].includes(answer.status)) return refusal(entry, answer, null)
  const present = await readCase(entry.number)
  if (present.status !== 200 && present.status !== 404) return { status: 0, problem: "", detail: "" }
  // Somebody wrote a message, or a neighbour joined: nothing that the move stands on changed.
  if (answer.status === 412 && present.status === 200 && stillStands(entry.seen, seenOf(present.told))) {
    answer = await move(entry, present.told.version)
    if (answer.status >= 200 && answer.status < 300) return answer
  }
  return refusal(entry, answer, present.status === 200 ? present.told : null)
}

/** Read a case as it is now. Resolves to {status, told}. */
export const readCase = (number) => ask(api(number), {})

const move = (entry, version) => ask(api(entry.number, "/transitions"), posted(entry, content(entry), { "If-Match": `"v${version}"` }))

function refusal(entry, answer, present) {
  const { key, values, detail, can } = reasonOf(answer, entry.move, present)
  return { ...answer, detail: key ? say(key, values) : detail, can }
}

/** The same bytes at every attempt: the server knows a replay by them. */
function content({ body, files = [] }) {
  if (!files.length) return JSON.stringify(body)
  const form = new FormData()
  form.append("move", JSON.stringify(body))
  for (const file of files) form.append("photos", file, file.name)
  return form
}

function posted({ key, files = [] }, body, more = {}) {
  const headers = { "Idempotency-Key": key, "X-CSRF-Token": one("input[name=csrf]")?.value ?? "", ...more }
  if (typeof body === "string") headers["Content-Type"] = "application/json"
  const size = files.reduce((sum, file) => sum + file.size, 0)
  return { method: "POST", headers, body, longest_ms: LONGEST_MS + size / SLOWEST_BYTES_MS }
}

async function ask(url, { headers = {}, longest_ms = LONGEST_MS, ...options }) {
  try {
    const response = await fetch(url, { credentials: "same-origin", signal: AbortSignal.timeout(longest_ms),
      headers: { Accept: "application/json", ...headers }, ...options })
    const told = await response.json().catch(() => ({})) // read to its end, also when it says nothing new
    return {
      status: response.status,
      problem: String(told.type ?? "").split("/").at(-1),
      detail: [told.title, told.detail].filter(Boolean).join(" "),
      version: response.headers.get("ETag")?.match(/v(\d+)/)?.[1],
      told,
    }
  } catch {
    return { status: 0, problem: "", detail: "" }
  }
}
