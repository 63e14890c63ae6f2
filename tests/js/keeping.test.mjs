import assert from "node:assert/strict"
import { test } from "node:test"

import { isPassing, isShown, isStale, kindOf, pageKey, photosIn, surplus, withKeptAt } from "../../tracker/web/static/js/lib/keeping.js"

const at = (path) => new URL(path, "https://ville.test")
const told = { base: "/lac", root: "/lac/static/" }

test("only the crew's own pages, their files and their photos are the worker's", () => {
  const kinds = { "/lac/crew": "page", "/lac/crew?equipe=E1": "page", "/lac/crew/LC-2026-00001": "page",
    "/lac/crew-hors-ligne": "page", "/lac/static/css/base.css": "file", "/lac/api/v1/photos/1": "photo",
    "/lac/crew/LC-2026-00001/start": "", "/lac/crews": "", "/lac/dispatch": "", "/lac/": "", "/crew": "",
    "/lac/api/v1/cases/LC-2026-00001": "", "/amont/crew": "", "/lac/suivi/x/y": "" }
  for (const [path, kind] of Object.entries(kinds)) assert.equal(kindOf(at(path), told), kind, path)
})

test("a page has one name, whatever its address also tells", () => {
  assert.equal(pageKey(at("/crew?fait=start&lang=en")), "https://ville.test/crew")
  assert.equal(pageKey(at("/crew?equipe=E%201&fait=complete")), "https://ville.test/crew?equipe=E%201")
  assert.ok(isPassing(at("/crew?fait=complete")))
  assert.ok(!isPassing(at("/crew?equipe=E1")))
})

test("nothing is shown for longer than it may be kept, nor from a clock that was set back", () => {
  assert.ok(isShown(1000, 1999, 1000))
  assert.ok(!isShown(1000, 2000, 1000))
  assert.ok(!isShown(1000, 999, 1000))
})

test("a page is asked for again when its case or the language changed, or ten minutes went by", () => {
  const kept = { version: "4", language: "fr", keptAt: 0 }
  const wanted = { version: 4, language: "fr" }
  assert.ok(isStale(null, wanted, 0))
  assert.ok(isStale({ ...kept, version: "3" }, wanted, 1))
  assert.ok(isStale(kept, { ...wanted, language: "en" }, 1))
  assert.ok(!isStale(kept, wanted, 599_999))
  assert.ok(isStale(kept, wanted, 600_000))
})

test("the photos of the page are found and no other picture", () => {
  const html = '<img src="/lac/static/icons/brand.svg"><img class="site-photo" src="/lac/api/v1/photos/7?a=1&amp;b=2" alt="">'
  assert.deepEqual(photosIn(html, "/lac"), ["/lac/api/v1/photos/7?a=1&b=2"])
})

test("a kept page says since when, once", () => {
  const html = '<!doctype html>\n<html lang="fr-CA" data-base=""><p>&lt;html </p>'
  const shown = withKeptAt(html, Date.UTC(2026, 4, 4, 12))
  assert.ok(shown.includes('<html data-known-at="2026-05-04T12:00:00.000Z" lang="fr-CA"'))
  assert.equal(shown.match(/data-known-at/g).length, 1)
})

test("the oldest go first", () => {
  const kept = [1, 5, 3, 4, 2].map((keptAt) => ({ keptAt }))
  assert.deepEqual(surplus(kept, 2).map(({ keptAt }) => keptAt), [3, 2, 1])
  assert.deepEqual(surplus(kept, 9), [])
})
