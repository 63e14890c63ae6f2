/** Overlays of a map: shown and hidden by name, put back when the light changes. */

import { layersOf, sourceOf } from "../lib/map-layers.js"
import { token } from "../lib/map-theme.js"
import { addStatusImages } from "./status-images.js"

// Lowest first: what lies on what does not depend on the order in which they were asked for.
const ORDER = ["districts", "density", "assets", "cases"]
const UNDER_NAMES = new Set(["districts", "density"])

export class MapOverlays {
  #shown = new Map()
  #stands = true

  constructor(map, data) {
    this.map = map
    this.data = data
  }

  /** Show an overlay, or hide it; `query` narrows what it shows. */
  async show(name, on, query = {}) {
    const asked = JSON.stringify(query)
    if (on ? this.#shown.get(name) === asked : !this.#shown.has(name)) return
    if (on) this.#shown.set(name, asked)
    else this.#shown.delete(name)
    this.#remove(name)
    if (on) await this.#add(name, query)
  }

  /** Wait for another style: nothing can be drawn until `restore`. */
  pause() {
    this.#stands = false
  }

  /** Draw again all that is shown: the style was replaced. */
  async restore() {
    this.#stands = true
    for (const name of ORDER) {
      if (this.#shown.has(name)) await this.#add(name, JSON.parse(this.#shown.get(name)))
    }
  }

  async #add(name, query) {
    if (name === "cases") await addStatusImages(this.map)
    if (!this.#stands || this.map.getSource(name)) return
    this.map.addSource(name, sourceOf(name, this.data, query))
    const above = this.#above(name)
    for (const layer of layersOf(name, token, this.data.tones)) this.map.addLayer(layer, above)
    if (name === "density") this.#outlineNames(1.4)
  }

  #above(name) {
    const later = ORDER.slice(ORDER.indexOf(name) + 1).find((other) => this.map.getSource(other) && !UNDER_NAMES.has(other))
    if (UNDER_NAMES.has(name)) return "oneway"
    return later ? layersOf(later, token, this.data.tones)[0].id : undefined
  }

  /** Names of parks and water stand in their own ground without a halo: over hot spots they need one. */
  #outlineNames(width) {
    for (const id of ["park-name", "water-name"]) this.map.setPaintProperty(id, "text-halo-width", width)
  }

  #remove(name) {
    if (!this.map.getSource(name)) return
    if (name === "density") this.#outlineNames(0)
    for (const layer of layersOf(name, token, this.data.tones)) this.map.removeLayer(layer.id)
    this.map.removeSource(name)
  }
}
