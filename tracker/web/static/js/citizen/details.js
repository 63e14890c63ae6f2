/** Step 4: the picture taken first joins the form, what is typed is kept, a failed send loses nothing. */

import { one } from "../lib/dom.js"
import { forget, keep, kept } from "../lib/drafts.js"
import { debounce } from "../lib/optimistic.js"
import { busy, putBack, sendForm, tellKept, typedIn } from "../lib/send-form.js"
import { photoField } from "../elements/photo-field.js"
import { DRAFT, finished } from "./draft-photo.js"

setUp(one("[data-report-form]"))

function setUp(form) {
  if (!form) return
  const key = `details:${new URL(form.action).pathname}`
  photoField(one("[data-photo-field]", form), DRAFT)
  putBack(form, kept(key))
  form.addEventListener("input", debounce(() => keep(key, typedIn(form)), 400))
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    send(form, key)
  })
}

async function send(form, key) {
  const settle = busy(form)
  try {
    const { goTo, page } = await sendForm(form)
    if (goTo) {
      forget(key)
      await finished()
      location.assign(goTo)
      return
    }
    mend(page)
  } catch {
    keep(key, typedIn(form))
    tellKept(form)
  }
  settle()
}

/** Show the page that says what to mend, with the focus on its summary. */
function mend(page) {
  one("main").replaceWith(page.querySelector("main"))
  setUp(one("[data-report-form]"))
  const summary = one("[data-summary]") ?? one(".refusal") ?? one("main")
  summary.setAttribute("tabindex", "-1")
  summary.focus()
}
