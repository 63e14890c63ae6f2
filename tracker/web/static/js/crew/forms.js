/** Forms of the site: gloves' stepper, pictures, place and time of the device, and nothing lost on a failed send. */

import { every, one } from "../lib/dom.js"
import { forget, forgetPictures, keep, kept } from "../lib/drafts.js"
import { debounce } from "../lib/optimistic.js"
import { busy, putBack, sendForm, tellKept, typedIn } from "../lib/send-form.js"
import { photoField } from "../elements/photo-field.js"
import { say } from "../lib/words.js"
import { attempt } from "./post.js"
import { watchThread } from "./thread.js"

const STEP_MIN = 5
const FIX_MS = 5000

export function watchForms(forms) {
  for (const form of forms) {
    const key = `crew:${new URL(form.action).pathname}`
    for (const field of every("[data-photo-field]", form)) photoField(field, key)
    const back = putBack(form, kept(key))
    if (back) one("[data-kept]", form).textContent = say("draft_back")
    for (const box of every("[data-stepper]", form)) stepper(box)
    form.addEventListener("input", debounce(() => keep(key, typedIn(form)), 300))
    form.addEventListener("submit", (event) => {
      event.preventDefault()
      send(form, key)
    })
  }
}

async function send(form, key) {
  const settle = busy(form)
  await placeOf(form)
  try {
    const { goTo, page } = await sendForm(form)
    if (goTo) {
      forget(key)
      await forgetPictures(key)
      location.assign(goTo)
      return
    }
    one("main").replaceWith(page.querySelector("main"))
    watchForms(every("[data-crew-form]"))
    watchThread(one("[data-thread]"))
    attempt()
    one("[role=alert]")?.scrollIntoView({ block: "center" })
  } catch {
    keep(key, typedIn(form))
    tellKept(form)
  }
  settle()
}

/** Add where the tablet is, when it knows soon enough: starting far from the place asks why. */
function placeOf(form) {
  if (!form.elements.lon || !navigator.geolocation) return Promise.resolve()
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.lon.value = coords.longitude
        form.elements.lat.value = coords.latitude
        resolve()
      },
      () => resolve(),
      { enableHighAccuracy: true, timeout: FIX_MS, maximumAge: 60000 },
    )
  })
}

function stepper(box) {
  const input = one("input", box)
  for (const [selector, by] of [["[data-less]", -STEP_MIN], ["[data-more]", STEP_MIN]]) {
    const button = one(selector, box)
    button.hidden = false
    button.addEventListener("click", () => {
      const next = Math.round((Number(input.value) + by) / STEP_MIN) * STEP_MIN
      input.value = String(Math.min(1440, Math.max(STEP_MIN, next)))
      input.dispatchEvent(new Event("input", { bubbles: true }))
    })
  }
}
