/** The public map: overlays as they are chosen, hot spots on the map and in words, the light at once. */

import { make, one, scriptsRun } from "../lib/dom.js"
import { watchLights } from "../lib/lights.js"
import { load, partOf } from "../lib/parts.js"
import { say } from "../lib/words.js"
import "../elements/city-map.js"

scriptsRun()
const map = one("city-map[data-around]")
const options = one("[data-map-options]")
const base = document.documentElement.dataset.base
const data = JSON.parse(document.getElementById("map-data").textContent)

options.addEventListener("change", () => {
  history.replaceState({}, "", address())
  show(true)
})
options.addEventListener("submit", (event) => event.preventDefault())
watchLights(one("[data-lights]"))
start()

async function start() {
  await map.ready
  if (!map.map) return
  if (!map.map.isStyleLoaded()) await new Promise((resolve) => map.map.once("load", resolve))
  map.map.on("click", ({ point }) => choose(point))
  map.map.on("mousemove", ({ point }) => {
    map.map.getCanvas().style.cursor = caseAt(point) ? "pointer" : ""
  })
  show(false)
  locateButton()
}

function address() {
  const url = new URL(options.action, location)
  url.search = new URLSearchParams(new FormData(options)).toString()
  return url
}

/** Show what is chosen; hot spots are told in words first, whose answer says since when. */
async function show(isChange) {
  const chosen = new Set(new FormData(options).getAll("couche"))
  for (const name of ["districts", "assets", "cases"]) map.overlays?.show(name, chosen.has(name))
  one("[data-legend]").hidden = !chosen.has("cases")
  one("[data-hot]").hidden = !chosen.has("density")
  if (chosen.has("density") && isChange) await load(partOf("hot"), address())
  const { from, service } = one("[data-from]", partOf("hot"))?.dataset ?? {}
  map.overlays?.show("density", chosen.has("density"), { service, from })
}

function caseAt(point) {
  const layers = ["cases-one", "cases-many"].filter((id) => map.map.getLayer(id))
  const box = [[point.x - 8, point.y - 8], [point.x + 8, point.y + 8]]
  return layers.length ? map.map.queryRenderedFeatures(box, { layers })[0] : null
}

/** A cluster is gone nearer to; a case is told, with the way to its page. */
async function choose(point) {
  const found = caseAt(point)
  if (!found) return
  const [lon, lat] = found.geometry.coordinates
  if (found.properties.n) return map.goTo({ lon, lat }, Math.min(18, map.map.getZoom() + 2))
  const { number, tone, late } = found.properties
  const note = make("div", { class: "map-note" },
    make("b", {}, data.services[found.properties.code] ?? number), make("br"),
    make("span", {}, data.tones[late ? "late" : tone] ?? ""), make("br"),
    make("a", { href: `${base}/signalements/${number}` }, say("open_case", { number })))
  map.note({ lon, lat }, note)
}

function locateButton() {
  const button = one("[data-locate]")
  button.hidden = !navigator.geolocation
  button.addEventListener("click", () => navigator.geolocation.getCurrentPosition(async ({ coords }) => {
    const here = { lon: coords.longitude, lat: coords.latitude }
    await load(partOf("near"), `${base}/carte?lon=${here.lon}&lat=${here.lat}`)
    one("[data-near-title]").textContent = say("near_you")
    map.showMe(here)
    map.goTo(here, 15)
  }))
}
