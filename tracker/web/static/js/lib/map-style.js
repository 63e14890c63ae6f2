/** The base map as a MapLibre style, painted with the page's own tokens so that it follows the theme. */

const FONT = ["Atkinson Hyperlegible Next"]
// Widths in pixels by zoom: streets of classes 3 and 4, then 1 and 2.
const LOCAL = ["interpolate", ["exponential", 1.6], ["zoom"], 11, 0.6, 14, 3, 17, 14, 20, 60]
const MAIN = ["interpolate", ["exponential", 1.6], ["zoom"], 10, 1.4, 14, 5.5, 17, 21, 20, 84]
const wider = (width, by) => width.map((part, at) => (at > 3 && at % 2 === 0 ? part + by : part))
const isMain = ["<=", ["get", "class"], 2]
const ground = (kind) => ["==", ["get", "kind"], kind]

/** Return the style. `token("--map-land")` gives a colour; `tiles` is the address of the tiles. */
export function styleOf(token, { tiles, bounds }) {
  const base = { type: "vector", tiles: [tiles], minzoom: 9, maxzoom: 16 }
  return {
    version: 8,
    sources: { base: bounds ? { ...base, bounds: widened(bounds) } : base },
    layers: [
      { id: "land", type: "background", paint: { "background-color": token("--map-block") } },
      ...grounds(token),
      ...streets(token),
      ...names(token),
    ],
  }
}

/** Leave room around the town, so that its edge is not the edge of the world. */
export function widened([w, s, e, n], by = 0.25) {
  return [w - by, s - by, e + by, n + by]
}

function grounds(token) {
  const fill = (id, kind, colour, extra = {}) => ({
    id, type: "fill", source: "base", "source-layer": "ground", filter: ground(kind), paint: { "fill-color": token(colour) }, ...extra,
  })
  return [
    fill("park", "park", "--map-park"),
    fill("building", "building", "--map-building", { minzoom: 14 }),
    fill("water", "water", "--map-water"),
    {
      id: "district", type: "line", source: "base", "source-layer": "district",
      paint: { "line-color": token("--muted"), "line-opacity": 0.45, "line-width": 1.2, "line-dasharray": [4, 3] },
    },
  ]
}

function streets(token) {
  const line = (id, filter, colour, width, extra = {}) => ({
    id, type: "line", source: "base", "source-layer": "street", filter,
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": token(colour), "line-width": width }, ...extra,
  })
  return [
    line("local-case", ["!", isMain], "--map-road-case", wider(LOCAL, 1.6), { minzoom: 12 }),
    line("main-case", isMain, "--map-main-case", wider(MAIN, 2)),
    line("local", ["!", isMain], "--map-road", LOCAL, { minzoom: 11 }),
    line("main", isMain, "--map-main", MAIN),
    {
      id: "rail", type: "line", source: "base", "source-layer": "ground", filter: ground("rail"),
      paint: { "line-color": token("--map-rail"), "line-width": 2, "line-dasharray": [3, 2] },
    },
  ]
}

function names(token) {
  const text = (id, layer, filter, colour, layout, extra = {}) => ({
    id, type: "symbol", source: "base", "source-layer": layer, filter,
    layout: { "text-field": ["get", "name"], "text-font": FONT, ...layout },
    paint: { "text-color": token(colour), "text-halo-color": token("--map-halo"), "text-halo-width": 1.6 }, ...extra,
  })
  const along = { "symbol-placement": "line", "symbol-spacing": 320, "text-max-angle": 30 }
  return [
    text("local-name", "street", ["!", isMain], "--map-label", { ...along, "text-size": ["interpolate", ["linear"], ["zoom"], 14, 11, 18, 15] }, { minzoom: 14.2 }),
    text("main-name", "street", isMain, "--map-label", { ...along, "text-size": ["interpolate", ["linear"], ["zoom"], 12, 11, 17, 15] }, { minzoom: 12.2 }),
    text("park-name", "name", ground("park"), "--map-label-park", { "text-size": 12, "text-max-width": 8 }, { minzoom: 13 }),
    text("water-name", "name", ground("water"), "--map-label-water", { "text-size": 13, "text-letter-spacing": 0.06 }, { minzoom: 11 }),
    text("district-name", "name", ground("district"), "--map-label", { "text-size": 12, "text-letter-spacing": 0.12, "text-transform": "uppercase" }, { maxzoom: 14.5 }),
  ]
}
