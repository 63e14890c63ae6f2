/** Sending a form without losing it: a failure leaves everything typed where it is, and says so. */

import { every, one } from "./dom.js"
import { say } from "./words.js"

/**
 * Send a form as the browser would. Resolves to the address to go to, or to the page that says what to mend.
 * A network failure throws, with the form untouched.
 */
export async function sendForm(form, { headers = {} } = {}) {
  const response = await fetch(form.action, {
    method: "POST", body: new FormData(form), credentials: "same-origin", headers: { Accept: "text/html", ...headers },
  })
  if (response.redirected) return { goTo: response.url }
  if (response.status >= 500) throw new Error(`HTTP ${response.status}`)
  return { page: new DOMParser().parseFromString(await response.text(), "text/html") }
}

/** Show on the button that something is on its way; returns what puts it back. */
export function busy(form) {
  const button = one("[data-send], button:not([type=button])", form)
  const label = one("span", button) ?? button
  const words = label.textContent
  button.setAttribute("aria-busy", "true")
  button.disabled = true
  label.textContent = say("sending")
  return () => {
    button.removeAttribute("aria-busy")
    button.disabled = false
    label.textContent = words
  }
}

/** Say under the form that it was not sent and that nothing of it is lost. */
export function tellKept(form) {
  const holder = one("[data-kept]", form)
  if (holder) holder.textContent = `${say("send_failed")} ${say("kept_here")}`
}

/** Return what was typed and chosen in a form, without its files, secrets and hidden fields. */
export function typedIn(form) {
  const found = {}
  for (const field of every("input, textarea, select", form)) {
    if (!field.name || ["hidden", "file", "password"].includes(field.type)) continue
    if (["radio", "checkbox"].includes(field.type)) {
      if (field.checked) found[field.name] = [...(found[field.name] ?? []), field.value]
    } else if (field.value) found[field.name] = [field.value]
  }
  return found
}

/** Put back what was typed in a form; tells whether anything was. What the person already changed stays. */
export function putBack(form, found) {
  let changed = false
  for (const field of every("input, textarea, select", form)) {
    const values = found?.[field.name]
    if (!values || field.type === "hidden" || field.type === "file") continue
    if (["radio", "checkbox"].includes(field.type)) {
      const wanted = values.includes(field.value)
      changed ||= wanted !== field.checked
      field.checked = wanted
    } else if (field.value === field.defaultValue && field.value !== values[0]) {
      field.value = values[0]
      changed = true
    }
  }
  return changed
}
