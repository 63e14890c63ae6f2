/** The shapes of the statuses as images for the map: the same drawings as everywhere, on a disc that sets them off. */

import { sprite } from "../lib/dom.js"
import { token } from "../lib/map-theme.js"

const TONES = ["received", "accepted", "assigned", "progress", "hold", "done", "refused", "duplicate", "late"]
const SIZE = 26
const RATIO = 2

let symbols = null

/** Add an image `st-<tone>` for every status to a map, in the page's present colours. */
export async function addStatusImages(map) {
  symbols ??= readSymbols()
  const found = await symbols
  const drawn = await Promise.all(TONES.map((tone) => drawing(found.get(`st-${tone}`), tone)))
  TONES.forEach((tone, at) => {
    const name = `st-${tone}`
    if (map.hasImage(name)) map.removeImage(name)
    map.addImage(name, drawn[at], { pixelRatio: RATIO })
  })
}

async function readSymbols() {
  const text = await (await fetch(sprite())).text()
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml")
  return new Map([...parsed.querySelectorAll("symbol")].map((symbol) => [symbol.id, symbol.innerHTML]))
}

async function drawing(inside, tone) {
  const body = inside.replaceAll("currentColor", token(`--st-${tone}`)).replaceAll("var(--on-status)", token("--on-status"))
  const disc = `<circle cx="13" cy="13" r="12" fill="${token("--surface")}" stroke="${token("--map-halo")}"/>`
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE * RATIO}" height="${SIZE * RATIO}" viewBox="0 0 ${SIZE} ${SIZE}">${disc}<g transform="translate(5 5)">${body}</g></svg>`
  const image = new Image(SIZE * RATIO, SIZE * RATIO)
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`
  await image.decode()
  return image
}
