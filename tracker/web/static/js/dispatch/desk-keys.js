/** Single keys of the desk. They can be turned off, for people who dictate. */

import { every, one } from "../lib/dom.js"
import { forget, keep, kept } from "../lib/drafts.js"
import { shortcut, step } from "../lib/keys.js"

export function watchKeys(desk, card) {
  const help = one("[data-keys]")
  const allowed = one("[data-keys-on]", help)
  allowed.checked = kept("keys-off") !== true
  allowed.addEventListener("change", () => (allowed.checked ? forget("keys-off") : keep("keys-off", true)))
  const openHelp = () => {
    help.showModal()
    one("h2", help).focus()
  }
  one("[data-help]").addEventListener("click", openHelp)

  document.addEventListener("keydown", (event) => {
    const key = shortcut(event)
    if (!key || !allowed.checked || one("dialog[open]")) return
    if (key === "j" || key === "k") move(key === "j" ? 1 : -1)
    else if (key === "/") one("[data-key-search]").focus()
    else if (key === "?") openHelp()
    else if (!press(key)) return
    event.preventDefault()
  })

  function move(by) {
    const rows = desk.rows()
    const focused = rows.indexOf(document.activeElement)
    const at = focused >= 0 ? focused : rows.findIndex((row) => row.hasAttribute("aria-current"))
    rows[step(rows.length, at, by)]?.focus()
  }

  function press(key) {
    const button = every("[data-key]", card).find((each) => each.dataset.key === key)
    button?.click()
    return Boolean(button)
  }
}
