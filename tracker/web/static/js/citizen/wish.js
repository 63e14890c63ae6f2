/** What somebody wishes to hear about: the map and the address field say where. */

import { one } from "../lib/dom.js"
import { debounce } from "../lib/optimistic.js"
import { partOf, swap } from "../lib/parts.js"
import { fetchJson, fetchPart, latest } from "../lib/request.js"
import { say } from "../lib/words.js"
import "../elements/city-map.js"

const form = one("[data-wish]")
const holder = one("[data-wish-map]")
const map = one("city-map", holder)
const told = one("[data-chosen]")
const base = document.documentElement.dataset.base
let named = form.elements.address.value

holder.hidden = false
map.ready.then(() => {
  if (!map.map) holder.hidden = true
})
map.addEventListener("map-moved", ({ detail }) => {
  if (detail.byHand) named = ""
  if (detail.byHand || named) tell()
})

const reverse = latest((signal, { lon, lat }) => fetchJson(`${base}/api/v1/places/reverse?lon=${lon}&lat=${lat}`, { signal }))

/** Say what is under the reticle, and put it into the form. */
const tell = debounce(async () => {
  const { lon, lat } = map.middle
  const point = { lon: lon.toFixed(6), lat: lat.toFixed(6) }
  const found = await reverse(point).catch(() => ({}))
  if (!found) return
  const address = named || found.label || ""
  for (const [name, value] of Object.entries({ ...point, address })) form.elements[name].value = value
  told.textContent = found.territory === "outside" ? say("outside") : address || say("chosen_point")
}, 160)

const places = partOf("places")
const ask = latest((signal, typed) => {
  const here = new URL(location.href)
  here.searchParams.set("search", typed)
  return fetchPart(here, "places", { signal })
})
one("[data-address-search]").addEventListener("input", debounce(async (event) => {
  const typed = event.target.value.trim()
  const answer = typed.length > 1 ? await ask(typed).catch(() => null) : { html: "" }
  if (answer) swap(places, answer.html)
}, 160))
places.addEventListener("click", (event) => {
  const found = event.target.closest("a[data-lon]")
  if (!found || !map.map) return
  event.preventDefault()
  const { lon, lat, label } = found.dataset
  named = label
  Object.assign(form.elements.lon, { value: lon })
  Object.assign(form.elements.lat, { value: lat })
  form.elements.address.value = told.textContent = label
  map.goTo({ lon: Number(lon), lat: Number(lat) })
  swap(places, "")
})
