/** Step 2: the map moves under a fixed reticle; what is under it is told in words. */

import { icon, make, one } from "../lib/dom.js"
import { isInside } from "../lib/geo.js"
import { debounce } from "../lib/optimistic.js"
import { partOf, swap } from "../lib/parts.js"
import { fetchJson, fetchPart, latest } from "../lib/request.js"
import { say } from "../lib/words.js"
import "../elements/city-map.js"
import { photoPosition } from "./draft-photo.js"

const form = one("[data-place-form]")
const map = one("city-map")
const line = one("[data-address]")
const base = document.documentElement.dataset.base
const data = JSON.parse(document.getElementById("map-data").textContent)
// How the present point was had; a movement by hand makes it the person's own.
let source = { method: form.elements.method.value || "pin", accuracy: form.elements.accuracy.value, address: "" }

one("[data-place-map]").hidden = false
one("[data-place-title]").textContent = say("where_title")
if (!form.elements.lon.value) one("[data-by-address]").open = false
one("[data-locate]").addEventListener("click", () => locate(true))
map.addEventListener("map-moved", ({ detail }) => {
  if (detail.byHand) source = { method: "pin", accuracy: "", address: "" }
  tell()
})
searchAddresses(one("[data-address-search]"))
start()

async function start() {
  await map.ready
  if (!map.map) {
    // No map, no reticle: the address says where.
    one("[data-place-map]").hidden = true
    one("[data-by-address]").open = true
    return
  }
  const photo = photoPosition()
  if (form.elements.lon.value) return
  if (photo && inTown(photo)) go(photo, { method: "photo", accuracy: "", address: "" })
  else {
    tell()
    locate(false)
  }
}

function go(point, how) {
  source = how
  const accuracy = one("[data-accuracy]")
  const metres = Math.round(Number(how.accuracy))
  accuracy.hidden = !metres
  accuracy.textContent = metres ? say("accuracy", { metres }) : ""
  map.goTo(point)
}

function locate(asked) {
  navigator.geolocation?.getCurrentPosition(
    ({ coords }) => {
      const here = { lon: coords.longitude, lat: coords.latitude }
      if (!asked && !inTown(here)) return
      map.showMe(here)
      go(here, { method: "gps", accuracy: String(Math.ceil(coords.accuracy)), address: "" })
    },
    () => asked && write(say("locate_failed"), "triangle-alert"),
    { enableHighAccuracy: true, timeout: 8000, maximumAge: 30000 },
  )
}

const inTown = (point) => !data.bounds || isInside(point, data.bounds, 0.05)

const reverse = latest((signal, { lon, lat }) => fetchJson(`${base}/api/v1/places/reverse?lon=${lon}&lat=${lat}`, { signal }))

/** Say what is under the reticle, and put it into the form. */
const tell = debounce(async () => {
  const { lon, lat } = map.middle
  const point = { lon: lon.toFixed(6), lat: lat.toFixed(6) }
  const found = await reverse(point).catch(() => ({}))
  if (!found) return
  const address = source.address || found.label || ""
  const values = { ...point, method: source.method, accuracy: source.accuracy, address }
  for (const [name, value] of Object.entries(values)) form.elements[name].value = value
  one("[data-yes]").hidden = false
  if (found.territory === "outside") write(say("outside"), "triangle-alert")
  else write(address || say("chosen_point"), "map-pin", found.district?.name)
}, 160)

function write(text, drawing, more = "") {
  const words = make("p", {}, make("b", {}, text), more ? make("span", { class: "muted" }, more) : null)
  line.replaceChildren(icon(drawing, "icon-24"), words)
}

function searchAddresses(input) {
  const holder = partOf("places")
  const ask = latest((signal, typed) => {
    const here = new URL(location.href)
    here.searchParams.set("search", typed)
    return fetchPart(here, "places", { signal })
  })
  input.addEventListener("input", debounce(async () => {
    const typed = input.value.trim()
    const answer = typed.length > 1 ? await ask(typed).catch(() => null) : { html: "" }
    if (answer) swap(holder, answer.html)
  }, 160))
  holder.addEventListener("click", (event) => {
    const found = event.target.closest("a[data-lon]")
    if (!found || !map.map) return
    event.preventDefault()
    const { lon, lat, label, accuracy } = found.dataset
    go({ lon: Number(lon), lat: Number(lat) }, { method: "address", accuracy, address: label })
    one("[data-by-address]").open = false
    one("[data-yes]").focus()
  })
}
