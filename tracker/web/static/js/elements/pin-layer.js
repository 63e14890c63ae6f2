/** The pins of a map: clusters that burst as one comes nearer, then one marker for each case. */

import { makeCluster, makePin } from "../lib/pins.js"
import { say } from "../lib/words.js"

const SOURCE = "pins"

export class PinLayer {
  #markers = new Map()
  #chosen = null

  constructor(gl, map, host) {
    this.gl = gl
    this.map = map
    this.host = host
    map.on("render", () => this.#draw())
  }

  /** Show pins; numbered ones (a crew's stops) are never gathered into clusters. */
  show(pins, chosen) {
    this.#chosen = chosen
    this.#clear()
    const data = { type: "FeatureCollection", features: pins.map(feature) }
    const source = this.map.getSource(SOURCE)
    if (source) source.setData(data)
    else if (this.map.isStyleLoaded()) this.#addSource(data, !pins.some((pin) => pin.n))
  }

  /** Put the pins back after the style was replaced. */
  restore(pins, chosen) {
    this.#clear()
    this.map.once("idle", () => this.show(pins, chosen))
  }

  #addSource(data, gather) {
    this.map.addSource(SOURCE, {
      type: "geojson", data, cluster: gather, clusterRadius: 46, clusterMaxZoom: 16,
      clusterProperties: { late: ["+", ["case", ["==", ["get", "tone"], "late"], 1, 0]] },
    })
    // Nothing is painted: the layer only makes the map keep the source's tiles, which the markers are read from.
    this.map.addLayer({ id: SOURCE, type: "circle", source: SOURCE, paint: { "circle-radius": 0, "circle-opacity": 0 } })
  }

  #draw() {
    if (!this.map.getSource(SOURCE) || !this.map.isSourceLoaded(SOURCE)) return
    const seen = new Set()
    for (const { properties, geometry } of this.map.querySourceFeatures(SOURCE)) {
      const key = properties.cluster ? `c${properties.cluster_id}` : properties.number
      seen.add(key)
      if (!this.#markers.has(key)) this.#markers.set(key, this.#marker(properties, geometry.coordinates))
    }
    for (const [key, marker] of this.#markers) {
      if (!seen.has(key)) {
        marker.remove()
        this.#markers.delete(key)
      }
    }
  }

  #marker(properties, at) {
    const element = properties.cluster ? this.#cluster(properties, at) : this.#pin(properties)
    // The map's own name for a marker would be read aloud; the list says the same, better.
    const marker = new this.gl.Marker({ element, anchor: properties.cluster ? "center" : "bottom" })
    marker.setLngLat(at).addTo(this.map)
    element.setAttribute("aria-hidden", "true")
    return marker
  }

  #pin(properties) {
    const element = makePin(properties)
    element.classList.toggle("chosen", properties.number === this.#chosen)
    element.addEventListener("click", (event) => {
      event.stopPropagation()
      this.host.dispatchEvent(new CustomEvent("pin-chosen", { detail: { number: properties.number } }))
    })
    return element
  }

  #cluster({ point_count: count, late, cluster_id: id }, at) {
    const element = makeCluster(count, late ?? 0, say("cluster", { count }))
    element.addEventListener("click", async (event) => {
      event.stopPropagation()
      const zoom = await this.map.getSource(SOURCE).getClusterExpansionZoom(id)
      this.map.easeTo({ center: at, zoom: zoom + 0.2, duration: 320 })
    })
    return element
  }

  #clear() {
    for (const marker of this.#markers.values()) marker.remove()
    this.#markers.clear()
  }
}

function feature(pin) {
  return { type: "Feature", properties: pin, geometry: { type: "Point", coordinates: [pin.lon, pin.lat] } }
}
