/** The services that a few words may mean, shown while they are typed. */

import { every, one } from "../lib/dom.js"
import { debounce } from "../lib/optimistic.js"
import { swap } from "../lib/parts.js"
import { fetchPart, latest } from "../lib/request.js"

const PAUSE_MS = 140

export function liveSearch(root = document) {
  const input = one("[data-live]", root)
  if (!input) return
  const holder = one("[data-found]", root)
  const ask = latest((signal, typed) => fetchPart(`${input.dataset.live}?q=${encodeURIComponent(typed)}`, "found", { signal }))
  const show = async () => {
    const typed = input.value.trim()
    const answer = typed.length > 1 ? await ask(typed).catch(() => null) : { html: "" }
    if (answer && answer.status !== 404) swap(holder, answer.html)
    for (const hidden of every("[data-frequent]", root)) hidden.hidden = Boolean(typed)
  }
  input.addEventListener("input", debounce(show, PAUSE_MS))
}
