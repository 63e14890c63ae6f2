/** Forms of the site: gloves' stepper, pictures, place and time of the device, and every act kept before it is sent. */

import { every, make, one } from "../lib/dom.js"
import { forget, forgetPictures, keep, kept, keepPictures } from "../lib/drafts.js"
import { fault, instantIn } from "../lib/moves.js"
import { debounce } from "../lib/optimistic.js"
import { newKey } from "../lib/outbox.js"
import { busy, putBack, sendForm, tellKept, typedIn } from "../lib/send-form.js"
import { photoField } from "../elements/photo-field.js"
import { say } from "../lib/words.js"
import { draftOf } from "./cards.js"
import { attempt, keepEntry, store, tellAgain } from "./post.js"

const STEP_MIN = 5
const FIX_MS = 5000
const PATIENCE_MS = 3000

export function watchForms(forms) {
  for (const form of forms) {
    const draft = draftOf({ number: siteOf(form).dataset.site, move: form.dataset.crewForm })
    for (const field of every("[data-photo-field]", form)) photoField(field, draft)
    const back = putBack(form, kept(draft))
    if (back) one("[data-kept]", form).textContent = say("draft_back")
    for (const box of every("[data-stepper]", form)) stepper(box)
    form.addEventListener("input", debounce(() => keep(draft, typedIn(form)), 300))
    form.addEventListener("submit", (event) => {
      event.preventDefault()
      act(form, draft)
    })
  }
}

const siteOf = (form) => form.closest("[data-site]")

/** Keep an act with all it has, send it, and go on: as done where it is, as waiting where there is no signal. */
async function act(form, draft) {
  const settle = busy(form)
  const device_at = new Date().toISOString()
  const place = await placeOf(form)
  const wrong = fault(JSON.parse(form.dataset.checks), asked(form, place))
  if (wrong) return settle(), alertIn(form, wrong)
  const entry = entryOf(form, { device_at, ...place })
  try {
    entry.id = await keepEntry(entry)
  } catch {
    return sendNow(form, settle) // nothing can be kept here: it goes as without scripts
  }
  forget(draft)
  await forgetPictures(draft)
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, null))
  direct.add(entry.key)
  const result = await Promise.race([attempt(), late])
  if (result?.sent.some((one) => one.key === entry.key)) return location.assign(after(form, entry.move))
  direct.delete(entry.key)
  settle()
  const left = await store.get(entry.id)
  if (left?.can === "mend") return mendHere(form, draft, left)
  await tellAgain()
  one("[data-waiting-moves]")?.scrollIntoView({ block: "nearest" })
}

/** Acts whose form leads on by itself once they are sent. */
export const direct = new Set()

function after(form, move) {
  const { base } = document.documentElement.dataset
  return move === "complete" ? `${base}/crew?fait=complete` : `${base}/crew/${siteOf(form).dataset.site}?fait=${move}`
}

/** What the server would not take while the form is still there: it says so in the form, and nothing waits. */
async function mendHere(form, draft, entry) {
  await store.remove(entry.id)
  keep(draft, typedIn(form))
  if (entry.files?.length) await keepPictures(draft, entry.files)
  alertIn(form, entry.refused)
  await tellAgain()
}

function entryOf(form, { device_at, lon, lat }) {
  const site = siteOf(form).dataset
  const status = form.closest("[data-acts]").dataset.status
  const place = Number.isFinite(lon) && Number.isFinite(lat) ? { lon, lat } : {}
  return {
    key: newKey(),
    number: site.site,
    move: form.dataset.crewForm,
    done: form.dataset.done,
    to: form.dataset.to,
    service: site.service,
    place: site.place,
    version: site.version,
    seen: { ...JSON.parse(site.seen), status },
    body: { transition: form.dataset.crewForm, inputs: inputsOf(form), device_at, ...place },
    files: picturesOf(form),
    typed: typedIn(form),
  }
}

function inputsOf(form) {
  const moments = form.dataset.moments.split(" ")
  const found = {}
  for (const [name, [value]] of Object.entries(typedIn(form))) {
    if (value.trim()) found[name] = moments.includes(name) ? instantIn(siteOf(form).dataset.zone, value) : value.trim()
  }
  return found
}

const picturesOf = (form) => every("input[type=file]", form).flatMap((input) => [...input.files])

function asked(form, place) {
  const seen = JSON.parse(siteOf(form).dataset.seen)
  return { ...place, site: seen, priority: seen.priority, inputs: inputsOf(form), photos: picturesOf(form).length }
}

function alertIn(form, words) {
  const holder = one("[data-alert]", form)
  holder.replaceChildren(make("div", { class: "banner danger", role: "alert" }, make("p", { class: "strong" }, words)))
  const more = one("[data-asked]", form)
  if (more) more.hidden = false
  holder.scrollIntoView({ block: "center" })
}

async function sendNow(form, settle) {
  try {
    const { goTo, page } = await sendForm(form)
    if (goTo) return location.assign(goTo)
    showMain(page)
    one("[role=alert]")?.scrollIntoView({ block: "center" })
  } catch {
    tellKept(form)
  }
  settle()
}

/** Put the main part of another page in place of this one's. */
export function showMain(page) {
  one("main").replaceWith(page.querySelector("main"))
  document.dispatchEvent(new CustomEvent("main-changed"))
}

/** Where the tablet is, when it knows soon enough: starting far from the place asks why. */
function placeOf(form) {
  if (!form.elements.lon || !navigator.geolocation) return Promise.resolve({})
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.lon.value = coords.longitude
        form.elements.lat.value = coords.latitude
        resolve({ lon: coords.longitude, lat: coords.latitude })
      },
      () => resolve({}),
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
