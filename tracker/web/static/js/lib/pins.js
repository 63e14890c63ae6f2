/** Pins of the map: the shape of the status, the drawing of the service, a point on the ground. */

import { draw, make, sprite } from "./dom.js"

// Drawn in a box of 36 by 44 whose point is at (18, 43); the body's middle is at (18, 18).
const BODIES = {
  square: "M8 4h20a4 4 0 0 1 4 4v20a4 4 0 0 1-4 4H8a4 4 0 0 1-4-4V8a4 4 0 0 1 4-4z",
  hexagon: "M18 2l14 8v16l-14 8-14-8V10z",
  diamond: "M18 0l18 18-18 18L0 18z",
  disc: "M18 3a15 15 0 1 1 0 30 15 15 0 0 1 0-30z",
}
const SHAPES = { assigned: "square", hold: "square", progress: "hexagon", late: "diamond" }
const HOLLOW = new Set(["received", "hold"])
const POINT = "M13 33l5 9 5-9z"

/** Return the outline of a status, by its tone. */
export function bodyOf(tone) {
  return BODIES[SHAPES[tone] ?? "disc"]
}

/** Tell whether nobody acts yet: such a pin is hollow. */
export const isHollow = (tone) => HOLLOW.has(tone)

/** Return a pin as a button; its list has the same words, so the keyboard goes there and not through the map. */
export function makePin({ tone, code, label, n }) {
  const names = ["pin", `tone-${tone}`, isHollow(tone) && "hollow", tone === "done" && !n && "small"]
  const svg = draw("svg", { viewBox: "0 0 36 44", "aria-hidden": "true" })
  svg.append(draw("path", { class: "body", d: POINT }), draw("path", { class: "body", d: bodyOf(tone) }))
  if (isHollow(tone)) svg.append(draw("circle", { class: "inside", cx: 18, cy: 18, r: 11.5 }))
  svg.append(n ? draw("text", { class: "glyph", x: 18, y: 18.5 }, String(n)) : glyph(tone, code))
  return make("button", { type: "button", class: names.filter(Boolean).join(" "), tabindex: -1, title: label }, svg)
}

function glyph(tone, code) {
  const name = tone === "done" ? "check" : iconOf(code)
  return draw("use", { class: "glyph", href: `${sprite()}#${name}`, x: 9, y: 9, width: 18, height: 18 })
}

/** Return a cluster: how many, and in red the part that is late. */
export function makeCluster(count, late, label) {
  const around = 2 * Math.PI * 17
  const svg = draw(
    "svg",
    { viewBox: "0 0 42 42", "aria-hidden": "true" },
    draw("circle", { class: "disc", cx: 21, cy: 21, r: 20 }),
    draw("circle", { class: "all", cx: 21, cy: 21, r: 17 }),
  )
  if (late) {
    const arc = `${(around * late) / count} ${around}`
    svg.append(draw("circle", { class: "late", cx: 21, cy: 21, r: 17, "stroke-dasharray": arc, transform: "rotate(-90 21 21)" }))
  }
  return make("button", { type: "button", class: "cluster", tabindex: -1, title: label }, svg, String(count))
}

// The same drawings as tracker/web/icons.py, which a test compares with these.
const ICONS = {
  DEN: "snowflake", VOI: "construction", SIG: "signpost", AQU: "droplets", EGO: "waves", DEC: "trash-2",
  REC: "recycle", CMP: "leaf", PRO: "brush", ANI: "paw-print", ARB: "tree-deciduous", BAT: "building-2",
  ECL: "lightbulb", MOB: "armchair", SPO: "trophy", JEU: "blocks", NUI: "volume-2", STA: "circle-parking",
  PER: "file-check", RES: "calendar-plus", INF: "message-circle-question-mark", CTS: "scale",
}

/** Return the icon of a service by the group its code begins with. */
export const iconOf = (code = "") => ICONS[code.slice(0, 3)] ?? "map-pin"

