/** <city-map>: the town's streets, pins over them, and what the person does with it. */

import { icon, make } from "../lib/dom.js"
import { boundsOf } from "../lib/geo.js"
import { currentTheme, styleAddress } from "../lib/map-theme.js"
import { say } from "../lib/words.js"
import { MapOverlays } from "./map-overlays.js"
import { PinLayer } from "./pin-layer.js"

const HEART_ZOOM = 14.2
// A place is pointed at street by street, where the numbers of houses are apart.
const POINTING_ZOOM = 16.5

class CityMap extends HTMLElement {
  #layer = null
  #pins = []
  #chosen = null
  map = null

  connectedCallback() {
    if (!this.#started) this.ready = this.#start().catch((error) => this.#failed(error))
    this.#started = true
  }
  #started = false

  /** The cases to show: [{number, lon, lat, tone, code, label, n}]. */
  set pins(pins) {
    this.#pins = pins
    this.#layer?.show(pins, this.#chosen)
  }

  /** The number of the case that is open. */
  set chosen(number) {
    this.#chosen = number
    this.#layer?.show(this.#pins, number)
  }

  /** The middle of what is seen, {lon, lat}. */
  get middle() {
    const { lng, lat } = this.map.getCenter()
    return { lon: lng, lat }
  }

  async goTo({ lon, lat }, zoom = 17) {
    await this.ready
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches
    this.map?.easeTo({ center: [lon, lat], zoom, duration: still ? 0 : 320 })
  }

  /** Show every point at once. */
  async fit(points) {
    await this.ready
    const box = boundsOf(points)
    if (box) this.map?.fitBounds(box, { padding: 60, maxZoom: 16.5, duration: 0 })
  }

  /** Show where the person is. */
  async showMe({ lon, lat }) {
    await this.ready
    if (!this.map) return
    this.me?.remove()
    this.me = new this.#gl.Marker({ element: make("span", { class: "me-dot" }) }).setLngLat([lon, lat]).addTo(this.map)
  }
  #gl = null

  /** Tell something at a place, beside it. */
  note({ lon, lat }, content) {
    this.told?.remove()
    this.told = new this.#gl.Popup({ offset: 12, closeButton: false }).setLngLat([lon, lat]).setDOMContent(content).addTo(this.map)
  }

  async #start() {
    const data = JSON.parse(document.getElementById("map-data").textContent)
    this.#gl = await import("../../vendor/maplibre-gl.mjs")
    this.#gl.setWorkerUrl(new URL("../../vendor/maplibre-gl-worker.mjs", import.meta.url).href)
    await document.fonts.load('16px "Atkinson Hyperlegible Next"')
    const quiet = this.hasAttribute("quiet")
    this.map = new this.#gl.Map({
      container: this.appendChild(make("div")),
      style: styleAddress(data, currentTheme()),
      ...this.#view(data),
      minZoom: 9, maxZoom: 19, attributionControl: false, dragRotate: false, pitchWithRotate: false,
      touchPitch: false, interactive: !quiet, fadeDuration: 0,
      locale: { "Map.Title": this.getAttribute("label") ?? "" },
    })
    this.map.touchZoomRotate?.disableRotation()
    if (data.attribution) this.append(make("p", { class: "map-attribution" }, data.attribution))
    this.#layer = new PinLayer(this.#gl, this.map, this)
    this.overlays = new MapOverlays(this.map, data)
    this.map.once("load", () => this.#layer.show(this.#pins, this.#chosen))
    this.map.on("moveend", (event) => this.dispatchEvent(new CustomEvent("map-moved", { detail: { byHand: Boolean(event.originalEvent) } })))
    if (this.hasAttribute("controls")) this.append(this.#controls())
    this.#followTheme(data)
  }

  #view(data) {
    const [lon, lat, zoom] = ["lon", "lat", "zoom"].map((name) => Number.parseFloat(this.getAttribute(name)))
    if (Number.isFinite(lon) && Number.isFinite(lat)) return { center: [lon, lat], zoom: zoom || 17 }
    if (data.heart) return { center: data.heart, zoom: this.hasAttribute("pointing") ? POINTING_ZOOM : HEART_ZOOM }
    return data.bounds ? { bounds: data.bounds } : { center: [0, 0], zoom: 2 }
  }

  #followTheme(data) {
    const repaint = () => {
      this.map.once("style.load", () => {
        this.#layer.restore(this.#pins, this.#chosen)
        this.overlays.restore()
      })
      this.overlays.pause()
      this.map.setStyle(styleAddress(data, currentTheme()), { diff: false })
    }
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint)
    document.addEventListener("theme-changed", repaint)
  }

  #controls() {
    const button = (name, label, act) => {
      const made = make("button", { type: "button", "aria-label": label }, icon(name))
      made.addEventListener("click", act)
      return made
    }
    return make(
      "div", { class: "map-controls" },
      button("plus", say("zoom_in"), () => this.map.zoomIn()),
      button("minus", say("zoom_out"), () => this.map.zoomOut()),
    )
  }

  #failed(error) {
    console.error(error)
    this.replaceChildren(make("p", { class: "map-failed" }, say("map_failed")))
  }
}

customElements.define("city-map", CityMap)
