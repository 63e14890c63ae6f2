/** The first page: the camera key opens the camera, words find services, the map shows what is near. */

import { make, one } from "../lib/dom.js"
import { boundsOf } from "../lib/geo.js"
import { load, partOf, pinsIn } from "../lib/parts.js"
import { say } from "../lib/words.js"
import "../elements/city-map.js"
import { begin } from "./draft-photo.js"
import { liveSearch } from "./live-search.js"

liveSearch()
cameraKey(one("[data-camera]"))
near(one("city-map[data-near]"))

function cameraKey(key) {
  if (!key) return
  const input = make("input", { type: "file", accept: "image/*", capture: "environment", hidden: true })
  key.after(input)
  key.addEventListener("click", (event) => {
    event.preventDefault()
    input.click()
  })
  input.addEventListener("change", async () => {
    if (input.files.length) await begin(input.files)
    location.assign(key.href)
  })
}

async function near(map) {
  if (!map) return
  const holder = partOf("near")
  map.pins = pinsIn(holder)
  if (map.hasAttribute("quiet")) map.fit(pinsIn(holder))
  map.addEventListener("pin-chosen", ({ detail }) => {
    const found = [...holder.querySelectorAll("a.item")].find((link) => link.pathname.endsWith(detail.number))
    if (found) location.assign(found.href)
  })
  const button = one("[data-locate]")
  if (button) {
    button.hidden = false
    button.addEventListener("click", () => around(map, holder))
  }
  if ((await navigator.permissions?.query({ name: "geolocation" }))?.state === "granted") around(map, holder)
}

/** Show what is near the person: only once they allowed it, here or before. */
function around(map, holder) {
  navigator.geolocation?.getCurrentPosition(async ({ coords }) => {
    const here = { lon: coords.longitude, lat: coords.latitude }
    const limit = map.hasAttribute("quiet") ? "&few=1" : ""
    await load(holder, `${document.documentElement.dataset.base}/carte?lon=${here.lon}&lat=${here.lat}${limit}`)
    const pins = pinsIn(holder)
    map.pins = pins
    one("[data-near-title]").textContent = say("near_you")
    map.showMe(here)
    boundsOf(pins.slice(0, 6)) ? map.fit([here, ...pins.slice(0, 6)]) : map.goTo(here, 15)
  })
}
