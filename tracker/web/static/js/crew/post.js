/** The tablet's outbox at work: tries again when the signal may be back, and tells how much waits. */

import { one } from "../lib/dom.js"
import { counted, flush } from "../lib/outbox.js"
import * as store from "../lib/outbox-store.js"
import { say } from "../lib/words.js"
import { sendEntry } from "./send.js"

const SOON_MS = 3000
const AGAIN_MS = 15000
const listeners = new Set()
let running = null
let asked = false
let pause_ms = SOON_MS

export const actor = () => one("[data-sync]")?.dataset.actor ?? ""
export { store }

/** Call back after every attempt, with what was sent and what stopped it, and with what is left. */
export function onPosted(listener) {
  listeners.add(listener)
}

/** Keep an entry under the name of who is signed in. Rejects where this browser keeps nothing. */
export const keepEntry = (entry) => store.add({ ...entry, actor: actor() })

/** Send what waits. One attempt at a time: a call during one has another follow it. Resolves to all that was sent. */
export function attempt() {
  asked = true
  running ??= (async () => {
    const all = { sent: [], stopped: "" }
    while (asked) {
      asked = false
      const { sent, stopped } = await oneTabAtATime(() => flush({ store, actor: actor(), send: sendEntry }))
      all.sent.push(...sent)
      all.stopped = stopped
      await tell({ sent, stopped })
      trySoon(sent, stopped)
    }
    return all
  })().finally(() => (running = null))
  return running
}

/** Where there is a network and it did not go, try again soon, then less and less often. */
function trySoon(sent, stopped) {
  if (sent.length || !stopped) pause_ms = SOON_MS
  if (stopped !== "later" || !navigator.onLine) return
  setTimeout(() => attempt().catch(() => null), pause_ms)
  pause_ms = Math.min(2 * pause_ms, AGAIN_MS)
}

export async function watchOutbox() {
  if (!actor()) return
  addEventListener("online", attempt)
  document.addEventListener("visibilitychange", () => document.hidden || attempt())
  setInterval(async () => {
    const { own, refused } = counted(await store.all().catch(() => []), actor())
    if (own > refused) attempt()
  }, AGAIN_MS)
  await tell({ sent: [], stopped: "" }).catch(() => null) // what waits is shown before anything is tried
  await attempt().catch(() => null) // a browser that keeps nothing has nothing to send
}

function oneTabAtATime(act) {
  return navigator.locks ? navigator.locks.request("vigie-outbox", act) : act()
}

/** Tell what waits, as after an attempt: somebody changed the outbox by hand. */
export const tellAgain = () => tell({ sent: [], stopped: "" })

async function tell(result) {
  const entries = await store.all()
  const { own, moves, others } = counted(entries, actor())
  const parts = []
  if (own) parts.push(say(`sync_${moves ? "acts" : "words"}_${own === 1 ? "one" : "many"}`, { count: own }))
  if (result.stopped === "sign_in") parts.push(say("sync_sign_in"))
  if (others) parts.push(say("sync_others", { count: others }))
  const sync = one("[data-sync]")
  sync.hidden = !parts.length
  sync.textContent = parts.join(" · ")
  for (const listener of listeners) await listener(result, entries)
}
