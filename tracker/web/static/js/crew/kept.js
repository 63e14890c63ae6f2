/** The pages that the tablet keeps: asks its worker for them, says when what is shown is not from now. */

import { one } from "../lib/dom.js"
import { forget, forgetAll, keep, kept } from "../lib/drafts.js"
import { say } from "../lib/words.js"

const AGAIN_MS = 5 * 60 * 1000
const { base, knownAt } = document.documentElement.dataset
const language = document.documentElement.lang.slice(0, 2)
const reader = one("[data-sync]")?.dataset.actor ?? ""

/** Have the worker keep the day that is looked at, now and whenever the signal is back. */
export async function watchKept() {
  tellKnown()
  if (!("serviceWorker" in navigator) || !reader) return
  const where = { type: "module", scope: `${base}/crew` }
  const registration = await navigator.serviceWorker.register(`${base}/crew-worker.js`, where).catch(() => null)
  if (!registration) return // a browser that keeps nothing shows its pages from the network, as ever
  await navigator.serviceWorker.ready
  await keepDay()
  addEventListener("online", keepDay)
  document.addEventListener("visibilitychange", () => document.hidden || keepDay())
  setInterval(keepDay, AGAIN_MS)
}

/** Have the worker read the day and its cases again. */
export async function keepDay() {
  const registration = await navigator.serviceWorker?.getRegistration(`${base}/crew`)
  const crew = new URLSearchParams(location.search).get("equipe") ?? kept("crew-chosen")
  const day = `${base}/crew${crew ? `?equipe=${encodeURIComponent(crew)}` : ""}`
  if (navigator.onLine) registration?.active?.postMessage({ kind: "keep", day, reader, language })
}

/** Forget what another person left half-written on this tablet: it is theirs. What waits to be sent stays theirs too. */
export async function settleReader() {
  const before = kept("reader")
  if (before && before !== reader) {
    await forgetAll("crew:")
    forget("crew-chosen")
  }
  if (reader) keep("reader", reader)
  const chosen = new URLSearchParams(location.search).get("equipe")
  if (chosen) keep("crew-chosen", chosen)
}

export const isKept = Boolean(knownAt)

function tellKnown() {
  if (!isKept) return
  const at = new Date(knownAt)
  const isToday = at.toDateString() === new Date().toDateString()
  const shown = new Intl.DateTimeFormat(document.documentElement.lang, isToday ? { timeStyle: "short" } : { dateStyle: "long", timeStyle: "short" })
  one("[data-known-words]").textContent = say("known_at", { at: shown.format(at) })
  one("[data-known]").hidden = false
}
