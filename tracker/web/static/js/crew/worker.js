/**
 * The tablet's service worker: the crew's pages from the network first, from the tablet where there is no signal.
 *
 * It keeps pages of one reader only. A page of somebody else, the end of a session or a word of the page wipe what is
 * kept; so does age. Files are kept by the version of all of them; a page that stands on another version has them
 * from the network.
 */

import { FILES, isPassing, isShown, isStale, KEPT_AT, kindOf, pageKey, PART, photosIn, READER, surplus, VERSION,
  withKeptAt } from "../lib/keeping.js"

const PATIENCE_MS = 4000
const UNREACHED = [502, 503, 504]
const self = globalThis

/** Look after the pages under `base`, as the server's own words in `told` say. */
export function tend(told) {
  const files = `vigie-crew-files ${told.base} ${told.version}`
  const pages = `vigie-crew-pages ${told.base}`
  let wiped = 0
  let isOtherVersion = false
  let keeping = null

  self.addEventListener("install", (event) => event.waitUntil(install().then(() => self.skipWaiting())))
  self.addEventListener("activate", (event) => event.waitUntil(activate()))
  self.addEventListener("message", (event) => event.waitUntil(hear(event)))
  self.addEventListener("fetch", (event) => {
    const { request } = event
    const url = new URL(request.url)
    if (request.method !== "GET" || url.origin !== location.origin || request.headers.has(PART)) return
    const kind = kindOf(url, told)
    if (kind === "page") event.respondWith(page(event, url))
    else if (kind === "file") event.respondWith(file(request))
    else if (kind === "photo") event.respondWith(photo(request))
  })

  async function install() {
    const cache = await caches.open(files)
    await cache.addAll(told.files.map((name) => new Request(name, { cache: "no-cache" })))
  }

  async function activate() {
    for (const name of await caches.keys()) {
      if (name.startsWith(`vigie-crew-files ${told.base} `) && name !== files) await caches.delete(name)
    }
    await self.clients.claim()
  }

  async function file(request) {
    const cache = await caches.open(files)
    const kept = await cache.match(request)
    if (kept && !isOtherVersion) return kept
    try {
      const response = await fetch(request)
      if (response.ok && !isOtherVersion) await cache.put(request, response.clone())
      return response
    } catch (error) {
      if (kept) return kept
      throw error
    }
  }

  async function photo(request) {
    const kept = await (await caches.open(pages)).match(request)
    if (kept && isShown(Number(kept.headers.get(KEPT_AT)), Date.now(), told.kept_ms)) return kept
    return fetch(request)
  }

  async function page(event, url) {
    const kept = await find(pageKey(url))
    const asked = fromNetwork(event.request, url)
    event.waitUntil(asked.catch(() => null))
    if (!kept) return asked.catch(async () => (await find(`${location.origin}${told.base}/crew-hors-ligne`)) ?? Response.error())
    const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, null))
    const first = await Promise.race([asked.catch(() => null), late])
    return first && !UNREACHED.includes(first.status) ? first : asKept(kept)
  }

  async function fromNetwork(request, url) {
    const then = wiped
    const response = await fetch(request)
    if (response.type === "opaqueredirect" || response.redirected) {
      await wipe() // only a sign-in is led to from here: what was kept is nobody's now
      return response
    }
    const reader = response.headers.get(READER)
    const isAsked = then === wiped // nobody signed out while it was on its way
    if (reader) await settle(reader)
    if (response.headers.has(FILES)) isOtherVersion = response.headers.get(FILES) !== told.version
    if ([403, 404, 410].includes(response.status)) await (await caches.open(pages)).delete(pageKey(url))
    else if (response.ok && reader && isAsked && !isPassing(url)) await keep(pageKey(url), response.clone())
    return response
  }

  async function keep(key, response) {
    const headers = new Headers(response.headers)
    headers.set(KEPT_AT, String(Date.now()))
    await (await caches.open(pages)).put(key, new Response(await response.blob(), { headers }))
  }

  async function find(key) {
    const cache = await caches.open(pages)
    const found = await cache.match(key)
    if (!found) return null
    if (isShown(Number(found.headers.get(KEPT_AT)), Date.now(), told.kept_ms)) return found
    await cache.delete(key)
    return null
  }

  async function asKept(kept) {
    const html = withKeptAt(await kept.text(), Number(kept.headers.get(KEPT_AT)))
    return new Response(html, { headers: kept.headers })
  }

  /** Let go of everything when what is kept is another person's. */
  async function settle(reader) {
    const before = await owner()
    if (before && before !== reader) await wipe()
  }

  async function wipe() {
    wiped += 1
    await caches.delete(pages)
  }

  async function hear(event) {
    if (event.data.kind === "forget") await wipe()
    if (event.data.kind === "keep") await (keeping ??= keepDay(event.data).catch(() => null).finally(() => (keeping = null)))
    event.ports[0]?.postMessage("done")
  }

  /** Fetch the day and its cases ahead, and let go of the cases that are in it no more. */
  async function keepDay({ day, reader, language }) {
    const answer = await fetch(day, { headers: { [PART]: "ahead" }, redirect: "manual" })
    if (answer.type === "opaqueredirect") return wipe()
    if (!answer.ok || answer.headers.get(READER) !== reader) return
    await settle(reader)
    const then = wiped
    const listed = (await answer.json()).pages.slice(0, told.pages_most)
    // The day has no version: it is asked for every time.
    const wanted = [{ url: day, version: null }, { url: `${told.base}/crew`, version: "" },
      { url: `${told.base}/crew-hors-ligne`, version: "" }, ...listed]
    for (const { url, version } of wanted) {
      if (then !== wiped) return
      await keepPage(new URL(url, location.origin), { version, language })
    }
    if (then === wiped) await letGo(new Set(wanted.map(({ url }) => pageKey(new URL(url, location.origin)))))
  }

  async function keepPage(url, wanted) {
    const found = await find(pageKey(url))
    const known = found && { version: found.headers.get(VERSION) ?? "", language: found.headers.get("Content-Language"),
      keptAt: Number(found.headers.get(KEPT_AT)) }
    if (!isStale(known, wanted, Date.now())) return
    const response = await fromNetwork(new Request(url, { headers: { Accept: "text/html" }, redirect: "manual" }), url)
    if (response.ok) for (const src of photosIn(await response.text(), told.base)) await keepPhoto(new URL(src, location.origin))
  }

  async function keepPhoto(url) {
    const then = wiped
    if (await find(url.href)) return
    const response = await fetch(url)
    const reader = await owner()
    if (!response.ok || !reader || then !== wiped) return
    const held = new Response(await response.blob(), { headers: { "Content-Type": response.headers.get("Content-Type") ?? "",
      [KEPT_AT]: String(Date.now()), [READER]: reader } })
    if (then === wiped) await (await caches.open(pages)).put(url.href, held)
  }

  async function owner() {
    const cache = await caches.open(pages)
    const [first] = await cache.keys()
    return first ? (await cache.match(first))?.headers.get(READER) : null
  }

  async function letGo(wanted) {
    const cache = await caches.open(pages)
    const photos = []
    for (const request of await cache.keys()) {
      const url = new URL(request.url)
      const keptAt = Number((await cache.match(request))?.headers.get(KEPT_AT))
      const isPhoto = kindOf(url, told) === "photo"
      if (isPhoto) photos.push({ request, keptAt })
      const isGone = !isShown(keptAt, Date.now(), told.kept_ms)
      if (isGone || (!isPhoto && !wanted.has(pageKey(url)))) await cache.delete(request)
    }
    for (const { request } of surplus(photos, told.photos_most)) await cache.delete(request)
  }
}
