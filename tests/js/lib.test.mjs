import assert from "node:assert/strict"
import { test } from "node:test"

import { KEPT_MS, forget, keep, kept } from "../../tracker/web/static/js/lib/drafts.js"
import { boundsOf, distance_m, isInside } from "../../tracker/web/static/js/lib/geo.js"
import { isTyping, shortcut, step } from "../../tracker/web/static/js/lib/keys.js"
import { layersOf, sourceOf } from "../../tracker/web/static/js/lib/map-layers.js"
import { styleAddress, themeOf } from "../../tracker/web/static/js/lib/map-theme.js"
import { debounce, optimistically } from "../../tracker/web/static/js/lib/optimistic.js"
import { bodyOf, iconOf, isHollow } from "../../tracker/web/static/js/lib/pins.js"
import { latest, Refused } from "../../tracker/web/static/js/lib/request.js"
import { fill } from "../../tracker/web/static/js/lib/words.js"

test("a change is shown at once, and stays when the server agrees", async () => {
  const seen = []
  const answer = await optimistically({
    apply: () => seen.push("shown"),
    revert: () => seen.push("taken back"),
    send: async () => "agreed",
  })
  assert.equal(answer, "agreed")
  assert.deepEqual(seen, ["shown"])
})

test("a refused change is taken back, and the refusal is told", async () => {
  const seen = []
  const sent = optimistically({
    apply: () => seen.push("shown"),
    revert: () => seen.push("taken back"),
    send: async () => {
      throw new Refused(409)
    },
  })
  await assert.rejects(sent, { status: 409 })
  assert.deepEqual(seen, ["shown", "taken back"])
})

test("only the last of several presses counts", () => {
  const timers = new Map()
  let next = 0
  const clock = {
    setTimeout: (call) => (timers.set((next += 1), call), next),
    clearTimeout: (id) => timers.delete(id),
  }
  const heard = []
  const press = debounce((word) => heard.push(word), 100, clock)
  press("t")
  press("tr")
  press("trou")
  for (const call of timers.values()) call()
  assert.deepEqual(heard, ["trou"])
})

test("only the last question is answered", async () => {
  const ask = latest(
    (signal, word) =>
      new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(Object.assign(new Error("aborted"), { name: "AbortError" })))
        setTimeout(() => resolve(word), 5)
      }),
  )
  assert.deepEqual(await Promise.all([ask("tr"), ask("trou")]), [null, "trou"])
})

test("a letter in a field is no shortcut, a box that is ticked takes none", () => {
  const press = (key, target, more = {}) => shortcut({ key, target, ...more })
  assert.equal(press("a", { tagName: "INPUT", type: "text" }), null)
  assert.equal(press("a", { tagName: "TEXTAREA" }), null)
  assert.equal(press("a", { tagName: "DIV", isContentEditable: true }), null)
  assert.equal(press("A", { tagName: "INPUT", type: "checkbox" }), "a")
  assert.equal(press("J", { tagName: "BODY" }), "j")
  assert.equal(press("Enter", { tagName: "BODY" }), "Enter")
  assert.equal(press("r", { tagName: "BODY" }, { ctrlKey: true }), null, "Ctrl+R reloads the page")
  assert.equal(isTyping(null), false)
})

test("stepping through a list stays in it", () => {
  assert.equal(step(3, -1, 1), 0)
  assert.equal(step(3, -1, -1), 2)
  assert.equal(step(3, 2, 1), 2)
  assert.equal(step(3, 0, -1), 0)
  assert.equal(step(0, -1, 1), -1)
})

test("a draft is kept, forgotten when it is old, and a forbidden store breaks nothing", () => {
  const store = new Map()
  const shelf = {
    getItem: (key) => store.get(key) ?? null,
    setItem: (key, value) => store.set(key, value),
    removeItem: (key) => store.delete(key),
  }
  assert.equal(keep("x", { words: "trou" }, shelf, 1000), true)
  assert.deepEqual(kept("x", shelf, 1000 + KEPT_MS - 1), { words: "trou" })
  assert.equal(kept("x", shelf, 1000 + KEPT_MS), null)
  forget("x", shelf)
  assert.equal(kept("x", shelf, 1000), null)
  const forbidden = new Proxy({}, { get: () => () => { throw new Error("forbidden") } })
  assert.equal(keep("x", 1, forbidden), false)
  assert.equal(kept("x", forbidden), null)
  forget("x", forbidden)
})

test("distances and boxes are those of the Earth", () => {
  const here = { lon: -74.13, lat: 45.25 }
  assert.ok(Math.abs(distance_m(here, { lon: -74.13, lat: 45.26 }) - 1112) < 2)
  assert.ok(Math.abs(distance_m(here, { lon: -74.12, lat: 45.25 }) - 783) < 2)
  assert.deepEqual(boundsOf([here, { lon: -74.1, lat: 45.2 }]), [[-74.13, 45.2], [-74.1, 45.25]])
  assert.equal(boundsOf([]), null)
  assert.equal(isInside(here, [-74.2, 45.2, -74.1, 45.3]), true)
  assert.equal(isInside(here, [-74.1, 45.2, -74.0, 45.3]), false)
  assert.equal(isInside(here, [-74.1, 45.2, -74.0, 45.3], 0.05), true)
})

test("each status has its own outline, hollow while nobody acts", () => {
  const outlines = ["received", "assigned", "progress", "late"].map(bodyOf)
  assert.equal(new Set(outlines).size, 4)
  assert.deepEqual(["received", "hold", "assigned", "done"].map(isHollow), [true, true, false, false])
  assert.equal(iconOf("VOI-NID"), "construction")
  assert.equal(iconOf("???"), "map-pin")
})

test("overlays are painted with the page's tokens only", () => {
  for (const name of ["districts", "density", "assets", "cases"]) {
    const layers = layersOf(name, (token) => `token(${token})`, { received: "Reçu", late: "En retard" })
    const colours = JSON.stringify(layers).match(/"(?:\w+-)*color":"[^"]+"/g) ?? []
    assert.ok(colours.every((each) => each.includes("token(--")), colours.join())
    assert.equal(new Set(layers.map((layer) => layer.id)).size, layers.length)
    assert.ok(layers.every((layer) => layer.source === name && layer.id.startsWith(name)))
  }
})

test("an overlay asks only for what narrows it, and cases go nearer than the rest", () => {
  const data = { overlays: "/t/{layer}/{z}/{x}/{y}.mvt" }
  assert.deepEqual(sourceOf("density", data, { service: "VOI-NID", from: "" }).tiles, ["/t/density/{z}/{x}/{y}.mvt?service=VOI-NID"])
  assert.equal(sourceOf("cases", data).maxzoom, 18)
  assert.equal(sourceOf("assets", data).tiles[0], "/t/assets/{z}/{x}/{y}.mvt")
})

test("the map is drawn in the page's light, else in the system's", () => {
  assert.equal(themeOf("sun", true), "sun")
  assert.equal(themeOf(undefined, true), "dark")
  assert.equal(themeOf("light", true), "light")
  assert.equal(styleAddress({ style: "/s.json", language: "en" }, "dark"), "/s.json?theme=dark&lang=en")
})

test("sentences take their values, and keep what they are not given", () => {
  assert.equal(fill("Précis à {metres} m", { metres: 20 }), "Précis à 20 m")
  assert.equal(fill("{count} ici"), "{count} ici")
})
