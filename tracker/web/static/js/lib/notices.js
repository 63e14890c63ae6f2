/** Short notices: eight seconds, with a way to undo; never for a mistake, which must stay. */

import { icon, make, one } from "./dom.js"
import { say } from "./words.js"

export const SHOWN_MS = 8000

/** Show a notice. `undo`, when given, is called by its button. A pointer or focus on it stops the clock. */
export function notice(text, { undo, shown_ms = SHOWN_MS } = {}) {
  const box = make("div", { class: "notice" }, icon("circle-check"), make("p", { class: "grow" }, text))
  const remove = () => box.remove()
  if (undo) {
    const button = make("button", { type: "button", class: "btn" }, say("undo"))
    button.addEventListener("click", () => {
      remove()
      undo()
    })
    box.append(button)
  }
  const close = make("button", { type: "button", class: "icon-btn", "aria-label": say("close") }, icon("x"))
  close.addEventListener("click", remove)
  box.append(close)
  one("[data-notices]").replaceChildren(box)
  holdWhileRead(box, remove, shown_ms)
  return box
}

function holdWhileRead(box, remove, shown_ms) {
  let timer = setTimeout(remove, shown_ms)
  const hold = () => clearTimeout(timer)
  const resume = () => {
    clearTimeout(timer)
    timer = setTimeout(remove, shown_ms)
  }
  for (const name of ["pointerenter", "focusin"]) box.addEventListener(name, hold)
  for (const name of ["pointerleave", "focusout"]) box.addEventListener(name, resume)
}
