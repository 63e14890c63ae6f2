/** Day, full sun, night, or as the system says: changed at once, and kept by the server for the next page. */

import { every } from "./dom.js"

const MEDIA = { auto: { dark: "(prefers-color-scheme: dark)" }, dark: { dark: "all" }, sun: { sun: "all" }, light: {} }

/** Put a light on the page. */
export function light(name) {
  if (name === "auto") delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = name
  for (const sheet of every("link[data-light]")) sheet.media = MEDIA[name]?.[sheet.dataset.light] ?? "not all"
  document.dispatchEvent(new CustomEvent("theme-changed"))
}

export function watchLights(form) {
  if (!form) return
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    const chosen = event.submitter
    light(chosen.value)
    for (const button of every("button", form)) button.setAttribute("aria-pressed", String(button === chosen))
    const body = new FormData(form, chosen)
    // Kept for the next page; when it cannot be, this page is already as asked.
    fetch(form.action, { method: "POST", body, credentials: "same-origin", redirect: "manual" }).catch(() => {})
  })
}
