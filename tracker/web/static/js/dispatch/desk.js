/** The desk: queue, map and case follow each other; every change can be taken back when the server refuses. */

import { every, one, scriptsRun } from "../lib/dom.js"
import { load, partOf, pinsIn } from "../lib/parts.js"
import { fetchData, latest } from "../lib/request.js"
import { say } from "../lib/words.js"
import "../elements/city-map.js"
import { watchActs } from "./acts.js"
import { watchKeys } from "./desk-keys.js"
import { watchMenus } from "../lib/menus.js"

scriptsRun()
const map = one("city-map")
const queue = partOf("queue")
const card = partOf("case")

const desk = {
  get number() {
    return one("[data-case]", card)?.dataset.case ?? null
  },

  rows: () => every(".queue-row", queue),

  /** Open a case beside the queue. The row is marked at once, and the mark goes back if the case cannot be had. */
  async open(url, { remember = true } = {}) {
    const before = one(".queue-row[aria-current]", queue)
    const row = desk.rows().find((each) => each.href === url || each.pathname === new URL(url, location).pathname)
    mark(row)
    try {
      await load(card, url)
    } catch (error) {
      mark(before)
      throw error
    }
    if (remember) history.pushState({}, "", url)
    desk.shown()
    one(".case-title", card)?.focus({ preventScroll: true })
  },

  /** Make the page agree with the case that is shown. */
  shown() {
    document.body.classList.toggle("has-case", Boolean(desk.number))
    mark(desk.rows().find((row) => row.dataset.number === desk.number))
    const { lon, lat } = one("[data-case]", card)?.dataset ?? {}
    map.chosen = desk.number
    draw()
    if (lon) map.goTo({ lon: Number(lon), lat: Number(lat) }, 16)
  },

  /** Draw the queue again, where it was scrolled to. */
  async refresh(url = queueUrl()) {
    const at = one(".queue-list", queue)?.scrollTop ?? 0
    await load(queue, url)
    one(".queue-list", queue)?.scrollTo(0, at)
    showAll(url)
    mark(desk.rows().find((row) => row.dataset.number === desk.number))
  },
}

function mark(row) {
  for (const each of every(".queue-row[aria-current]", queue)) each.removeAttribute("aria-current")
  row?.setAttribute("aria-current", "true")
  row?.scrollIntoView({ block: "nearest" })
}

let ofQueue = pinsIn(queue)

/** Show the queue's cases on the map, and the open one even when it is not among them. */
function draw() {
  const open = pinsIn(card).filter((pin) => ofQueue.every((each) => each.number !== pin.number))
  map.pins = [...ofQueue, ...open]
}

const allPins = latest((signal, url) => fetchData(url, "pins", { signal }))

/** Show the page of the queue at once, then the whole view. */
async function showAll(url) {
  ofQueue = pinsIn(queue)
  draw()
  const all = await allPins(url).catch(() => null)
  if (!all) return
  ofQueue = all.pins
  draw()
  const note = one("[data-map-note]")
  note.textContent = all.more ? say("map_first", { count: all.pins.length }) : ""
  note.hidden = !all.more
}

function queueUrl() {
  const address = new URL(one("[data-desk]").dataset.here, location)
  address.search = new URL(location.href).search
  for (const told of ["fait", "joint", "lien"]) address.searchParams.delete(told)
  return address
}

queue.addEventListener("click", (event) => {
  const link = event.target.closest("a.queue-row, .tabs a, .more-row a")
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  if (link.matches(".queue-row")) desk.open(link.href).catch(() => location.assign(link.href))
  else goToQueue(link.href)
})
queue.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-filters]")) return
  event.preventDefault()
  const address = new URL(event.target.action)
  address.search = new URLSearchParams(new FormData(event.target)).toString()
  goToQueue(address.href)
})
card.addEventListener(
  "toggle",
  (event) => {
    const history = event.target
    if (history.open && history.dataset.history) load(partOf("history", history), history.dataset.history)
  },
  true,
)
card.addEventListener("click", (event) => {
  const link = event.target.closest(".case-back")
  if (!link) return
  event.preventDefault()
  const row = one(".queue-row[aria-current]", queue)
  card.replaceChildren()
  history.pushState({}, "", link.href)
  desk.shown()
  row?.focus()
})

async function goToQueue(url) {
  await desk.refresh(url)
  history.pushState({}, "", url)
  one("#queue-title").focus()
}

addEventListener("popstate", () => location.reload())
map.addEventListener("pin-chosen", ({ detail }) => desk.open(`${one("[data-desk]").dataset.here}/${detail.number}`))
one("[data-views]").addEventListener("click", (event) => {
  const link = event.target.closest("a[data-view]")
  if (!link) return
  event.preventDefault()
  document.body.dataset.view = link.dataset.view
  for (const each of every("[data-view]", one("[data-views]"))) each.toggleAttribute("aria-current", each === link)
  map.map?.resize()
})
showAll(queueUrl())
map.ready.then(() => desk.shown())
watchMenus()
watchActs(desk, card)
watchKeys(desk, card)
