/** Acts on a case: a button does it at once, a form asks first; refused, everything is as it was. */

import { every, one } from "../lib/dom.js"
import { notice } from "../lib/notices.js"
import { optimistically } from "../lib/optimistic.js"
import { load, swap } from "../lib/parts.js"
import { fetchPart } from "../lib/request.js"
import { say } from "../lib/words.js"

// What a row may show before the server has answered.
const TONE_AFTER = { accept: "accepted", assign: "assigned", refuse: "refused", hold: "hold", ask: "hold", merge: "duplicate" }

export function watchActs(desk, card) {
  const dialog = one("[data-dialog]")
  const inside = one("[data-part=act]", dialog)
  let opener = null

  document.addEventListener("click", async (event) => {
    if (event.target.closest("[data-close]") && event.target.closest("dialog")) {
      event.preventDefault()
      event.target.closest("dialog").close()
      return
    }
    const link = event.target.closest("[data-open-act]")
    if (!link || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    opener = link
    await load(inside, link.href, "act")
    dialog.showModal()
    one("#act-title", inside)?.focus()
  })
  dialog.addEventListener("close", () => opener?.isConnected && opener.focus())

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-act]")
    if (!form) return
    event.preventDefault()
    send(form)
  })

  async function send(form) {
    const row = desk.rows().find((each) => each.dataset.number === desk.number)
    const shape = row && one("use", row)
    const before = shape?.getAttribute("href")
    const after = TONE_AFTER[form.dataset.act]
    try {
      const answer = await optimistically({
        apply: () => paint(row, shape, after && before?.replace(/st-\w+$/, `st-${after}`), true),
        revert: () => paint(row, shape, before, false),
        send: () => fetchPart(form.action, "case", { method: "POST", body: new FormData(form) }),
      })
      paint(row, shape, before, false)
      show(answer)
    } catch {
      dialog.close()
      stay(say("could_not"))
    }
  }

  /** Show what the server answered: the case as it stands now, or the form to mend. */
  async function show(answer) {
    const fresh = document.createRange().createContextualFragment(answer.html)
    if (fresh.querySelector("#act-title")) {
      swap(inside, answer.html)
      if (!dialog.open) dialog.showModal()
      one("[role=alert]", inside)?.scrollIntoView({ block: "nearest" })
      return
    }
    if (!fresh.querySelector(".case-scroll")) {
      location.assign(answer.url)
      return
    }
    dialog.close()
    card.replaceChildren(fresh)
    if (answer.url !== location.href && answer.status < 400) history.pushState({}, "", answer.url)
    desk.shown()
    tell()
    await desk.refresh()
    one(".case-title", card)?.focus({ preventScroll: true })
  }

  /** What was done becomes a short notice that can undo; what failed stays in the case. */
  function tell() {
    const told = one(".case-told", card)
    if (!told?.matches(".ok")) return
    const undo = one("form[data-undo]", told)
    notice(one(".strong", told).textContent, undo ? { undo: () => send(undo) } : {})
    told.hidden = true
  }

  function stay(text) {
    const told = document.createElement("p")
    told.className = "banner danger case-told"
    told.setAttribute("role", "alert")
    told.textContent = text
    one(".case-scroll", card)?.prepend(told)
  }
}

function paint(row, shape, href, isBusy) {
  if (href) shape?.setAttribute("href", href)
  row?.toggleAttribute("aria-busy", isBusy)
  for (const button of every(".case-acts button, dialog button")) button.disabled = isBusy
}
