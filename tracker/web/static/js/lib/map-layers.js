/** What lies over the base map, as MapLibre layers: districts, hot spots, assets, cases. Pure: no map is touched. */

const STRONG = ["Vigie Carte Semibold"]
const HOT = ["--map-hot-1", "--map-hot-2", "--map-hot-3", "--map-hot-4"]
const TINTS = ["--st-accepted", "--st-done", "--st-hold", "--st-assigned", "--st-progress", "--st-duplicate"]

// A disc with a letter, told in words by the legend: the letters are the same in both languages.
const LETTERS = {
  streetlight: "L", traffic_signal: "F", sign: "P", hydrant: "B", catch_basin: "U", manhole: "R", litter_bin: "C",
  tree: "A", playground: "J", sports_field: "S", rink: "G", furniture: "M", building: "E",
}

/** Return the layers of an overlay, lowest first. `token` gives colours, `words` the sentence of each tone. */
export function layersOf(name, token, words) {
  return MAKERS[name](token, words)
}

const MAKERS = {
  districts: (token) => [
    {
      id: "districts-fill", type: "fill", source: "districts", "source-layer": "district",
      paint: { "fill-color": ["match", ["get", "tint"], ...TINTS.flatMap((tint, at) => [at, token(tint)]), token("--muted")], "fill-opacity": 0.14 },
    },
    {
      id: "districts-edge", type: "line", source: "districts", "source-layer": "district_edge",
      paint: { "line-color": token("--text"), "line-opacity": 0.6, "line-width": ["interpolate", ["linear"], ["zoom"], 10, 1, 15, 2.5] },
    },
  ],
  density: (token) => [
    {
      id: "density-fill", type: "fill", source: "density", "source-layer": "density", filter: [">", ["get", "level"], 0],
      paint: { "fill-color": ["match", ["get", "level"], ...HOT.flatMap((hot, at) => [at + 1, token(hot)]), token(HOT[0])], "fill-opacity": ["interpolate", ["linear"], ["zoom"], 12, 0.72, 16, 0.45] },
    },
    {
      id: "density-edge", type: "line", source: "density", "source-layer": "density", filter: ["get", "hot"],
      paint: { "line-color": token("--map-hot-4"), "line-width": ["interpolate", ["linear"], ["zoom"], 11, 0.8, 16, 2.2] },
    },
  ],
  assets: (token) => [
    {
      id: "assets-dot", type: "circle", source: "assets", "source-layer": "asset", filter: ["!", ["has", "n"]],
      paint: { "circle-radius": ["interpolate", ["linear"], ["zoom"], 15, 2.5, 18, 8], "circle-color": token("--surface"), "circle-stroke-color": token("--map-asset"), "circle-stroke-width": 1.4 },
    },
    {
      id: "assets-letter", type: "symbol", source: "assets", "source-layer": "asset", filter: ["!", ["has", "n"]], minzoom: 17,
      layout: { "text-field": letterOf(LETTERS), "text-font": STRONG, "text-size": 10, "text-allow-overlap": true },
      paint: { "text-color": token("--map-asset") },
    },
    {
      id: "assets-many", type: "circle", source: "assets", "source-layer": "asset", filter: ["has", "n"],
      paint: { "circle-radius": ["interpolate", ["linear"], ["sqrt", ["get", "n"]], 1, 1.5, 20, 7], "circle-color": token("--map-asset"), "circle-opacity": 0.45 },
    },
  ],
  cases: (token, words) => [
    {
      id: "cases-many", type: "circle", source: "cases", "source-layer": "case", filter: ["has", "n"],
      paint: {
        "circle-radius": ["interpolate", ["linear"], ["sqrt", ["get", "n"]], 1, 9, 8, 17, 40, 30],
        "circle-color": token("--surface"), "circle-stroke-color": token("--accent"), "circle-stroke-width": 3, "circle-opacity": 0.94,
      },
    },
    {
      id: "cases-count", type: "symbol", source: "cases", "source-layer": "case", filter: ["has", "n"],
      layout: { "text-field": ["number-format", ["get", "n"], {}], "text-font": STRONG, "text-size": 12, "text-allow-overlap": true, "symbol-sort-key": ["-", 0, ["get", "n"]] },
      paint: { "text-color": token("--text") },
    },
    {
      id: "cases-one", type: "symbol", source: "cases", "source-layer": "case", filter: ["!", ["has", "n"]],
      layout: {
        "icon-image": ["concat", "st-", ["case", ["get", "late"], "late", ["get", "tone"]]],
        "icon-size": ["interpolate", ["linear"], ["zoom"], 11, 0.6, 15, 0.9, 18, 1.2], "icon-allow-overlap": true,
        "symbol-sort-key": ["case", ["get", "late"], 2, ["get", "open"], 1, 0],
        "text-field": ["step", ["zoom"], "", 16.4, ["case", ["get", "late"], words.late ?? "", ["match", ["get", "tone"], ...Object.entries(words).flat(), ""]]],
        "text-font": STRONG, "text-size": 11, "text-anchor": "top", "text-offset": [0, 1.1], "text-optional": true,
      },
      paint: { "text-color": token("--text"), "text-halo-color": token("--map-halo"), "text-halo-width": 1.8 },
    },
  ],
}

function letterOf(letters) {
  return ["match", ["get", "kind"], ...Object.entries(letters).flat(), "•"]
}

/** Return the vector source of an overlay. `query` narrows it: {service: "VOI-NID"}. */
export function sourceOf(name, data, query = {}) {
  const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value)).toString()
  return { type: "vector", tiles: [data.overlays.replace("{layer}", name) + (asked ? `?${asked}` : "")], minzoom: 9, maxzoom: name === "cases" ? 18 : 16 }
}
