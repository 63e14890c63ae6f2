/** The tablet's outbox at work: tries again when the signal may be back, and tells how much waits. */

import { one } from "../lib/dom.js"
import { counted, flush } from "../lib/outbox.js"
import * as store from "../lib/outbox-store.js"
import { say } from "../lib/words.js"

const AGAIN_MS = 15000
const LONGEST_MS = 20000
const listeners = new Set()
let running = null
let asked = false

export const actor = () => one("[data-sync]")?.dataset.actor ?? ""
export { store }

/** Call back after every attempt, with what was sent and what stopped it. */
export function onPosted(listener) {
  listeners.add(listener)
}

/** Keep an entry under the name of who is signed in. Rejects where this browser keeps nothing. */
export const keepEntry = (entry) => store.add({ ...entry, actor: actor() })

/** Send what waits. One attempt at a time: a call during one has another follow it. */
export function attempt() {
  asked = true
  running ??= (async () => {
    let result = { sent: [], stopped: "" }
    while (asked) {
      asked = false
      result = await oneTabAtATime(() => flush({ store, actor: actor(), send }))
      await tell(result)
    }
    return result
  })().finally(() => (running = null))
  return running
}

export async function watchOutbox() {
  if (!actor()) return
  addEventListener("online", attempt)
  document.addEventListener("visibilitychange", () => document.hidden || attempt())
  setInterval(async () => {
    const { own, refused } = counted(await store.all().catch(() => []), actor())
    if (own > refused) attempt()
  }, AGAIN_MS)
  await attempt().catch(() => null) // a browser that keeps nothing has nothing to send
}

function oneTabAtATime(act) {
  return navigator.locks ? navigator.locks.request("vigie-outbox", act) : act()
}

async function send({ number, key, body }) {
  try {
    const response = await fetch(`${document.documentElement.dataset.base}/api/v1/cases/${number}/messages`, {
      method: "POST",
      credentials: "same-origin",
      signal: AbortSignal.timeout(LONGEST_MS),
      headers: {
        Accept: "application/json",
        "Content-Type": "application/json",
        "Idempotency-Key": key,
        "X-CSRF-Token": one("input[name=csrf]")?.value ?? "",
      },
      body: JSON.stringify(body),
    })
    const told = await response.json().catch(() => ({})) // read to its end, also when it says nothing new
    return { status: response.status, detail: [told.title, told.detail].filter(Boolean).join(" ") }
  } catch {
    return { status: 0, detail: "" }
  }
}

async function tell(result) {
  const entries = await store.all()
  const { own, others } = counted(entries, actor())
  const parts = []
  if (own) parts.push(say(own === 1 ? "sync_one" : "sync_many", { count: own }))
  if (result.stopped === "sign_in") parts.push(say("sync_sign_in"))
  if (others) parts.push(say("sync_others", { count: others }))
  const sync = one("[data-sync]")
  sync.hidden = !parts.length
  sync.textContent = parts.join(" · ")
  for (const listener of listeners) await listener(result, entries)
}
