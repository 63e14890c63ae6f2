/** What is written about a case on site: kept on the tablet at once, shown as waiting, sent when it can be. */

import { every, one } from "../lib/dom.js"
import { forget, keep, kept } from "../lib/drafts.js"
import { debounce } from "../lib/optimistic.js"
import { newKey } from "../lib/outbox.js"
import { fetchPart } from "../lib/request.js"
import { putBack, typedIn } from "../lib/send-form.js"
import { say } from "../lib/words.js"
import { card } from "./cards.js"
import { actor, attempt, keepEntry, onPosted } from "./post.js"

export function watchThread(thread) {
  if (!thread) return
  for (const form of every("[data-write]", thread)) watchForm(form, thread.dataset.number)
}

/** Keep the thread of the page in step with what waits and what was sent. */
export function followThread() {
  onPosted(async ({ sent }, entries) => {
    const thread = one("[data-thread]")
    if (!thread) return
    const { number } = thread.dataset
    const own = entries.filter((entry) => entry.actor === actor() && entry.number === number && !entry.move)
    for (const kind of ["message", "note"]) show(thread, kind, own)
    const kinds = new Set(sent.filter((entry) => entry.number === number && !entry.move).map(kindOf))
    if (!kinds.size) return
    for (const kind of kinds) tellUnder(thread, kind, say("written_sent"), "sent")
    await readAgain(thread)
  })
}

function watchForm(form, number) {
  const draft = `crew:${number}:${form.dataset.write}`
  putBack(form, kept(draft))
  const save = debounce(() => (form.elements.text.value ? keep(draft, typedIn(form)) : forget(draft)), 300)
  form.addEventListener("input", save)
  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    const text = form.elements.text.value.trim()
    if (!text) return form.elements.text.focus()
    const { value: key } = form.elements.key
    const body = { text, is_internal: form.dataset.write === "note", device_at: new Date().toISOString() }
    // Taken out of the field at once: what is typed while the disk is slow is the next message, and stays.
    form.elements.text.value = ""
    form.elements.key.value = newKey()
    try {
      const { service, place } = one("[data-site]")?.dataset ?? {}
      await keepEntry({ key, number, body, service, place })
    } catch {
      return sendPlainly(form, text, key)
    }
    if (!form.elements.text.value) forget(draft)
    tellUnder(form.closest("[data-thread]"), form.dataset.write, say("written_kept"))
    await attempt()
  })
}

/** Nothing can be kept here: it goes as without scripts, with what was typed meanwhile. */
function sendPlainly(form, text, key) {
  form.elements.text.value = [text, form.elements.text.value].filter(Boolean).join("\n\n")
  form.elements.key.value = key
  form.submit()
}

const kindOf = (entry) => (entry.body.is_internal ? "note" : "message")

function show(thread, kind, entries) {
  const list = one(`[data-waiting=${kind}]`, thread)
  list.replaceChildren(...entries.filter((entry) => kindOf(entry) === kind).map((entry) => card(entry)))
  list.hidden = !list.childElementCount
}

function tellUnder(thread, kind, words, state = "") {
  const holder = one(`[data-write=${kind}] [data-kept]`, thread)
  if (!holder) return
  holder.textContent = words
  holder.classList.toggle("sent", state === "sent")
}

/** Put in what was said meanwhile; the forms and what is typed in them stay. */
async function readAgain(thread) {
  const found = await fetchPart(location.pathname, "thread").catch(() => null)
  if (found?.status !== 200) return
  const page = new DOMParser().parseFromString(found.html, "text/html")
  for (const list of every("[data-said]", thread)) {
    const fresh = one(`[data-said=${list.dataset.said}]`, page)
    if (fresh) list.replaceWith(fresh)
  }
}
