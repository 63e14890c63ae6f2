/** What the tablet's worker keeps, and for how long. Pure: the worker asks, a cache answers. */

export const READER = "X-Vigie-Reader"
export const FILES = "X-Vigie-Files"
export const KEPT_AT = "X-Vigie-Kept-At"
export const VERSION = "X-Vigie-Version"
export const PART = "X-Vigie-Part"
export const FRESH_MS = 10 * 60 * 1000

/** Return what an address is to the worker: a `page` of the crew, a `file`, a `photo`, or nothing of its own. */
export function kindOf(url, { base, root }) {
  const path = url.pathname
  if (path === `${base}/crew` || path === `${base}/crew-hors-ligne`) return "page"
  if (path.startsWith(`${base}/crew/`) && !path.slice(`${base}/crew/`.length).includes("/")) return "page"
  if (path.startsWith(root)) return "file"
  return path.startsWith(`${base}/api/v1/photos/`) ? "photo" : ""
}

/** Return the name under which a page is kept: its path, and the crew whose day it is where that was chosen. */
export function pageKey(url) {
  const crew = url.searchParams.get("equipe")
  return url.origin + url.pathname + (crew ? `?equipe=${encodeURIComponent(crew)}` : "")
}

/** Tell whether an address tells of what was just done: what it shows is true once. */
export const isPassing = (url) => url.searchParams.has("fait")

/** Tell whether something kept may still be shown. */
export const isShown = (keptAt, now, kept_ms) => now - keptAt >= 0 && now - keptAt < kept_ms

/** Tell whether a kept page needs to be asked for again: another version of its case or language, or too long ago. */
export function isStale(kept, { version, language }, now) {
  if (!kept || kept.language !== language) return true
  return kept.version !== String(version) || now - kept.keptAt >= FRESH_MS || now < kept.keptAt
}

/** Return the photos that a page shows, as addresses. */
export function photosIn(html, base) {
  const found = html.matchAll(/<img\b[^>]*?\bsrc="([^"]+)"/g)
  return [...found].map(([, src]) => src.replaceAll("&amp;", "&")).filter((src) => src.startsWith(`${base}/api/v1/photos/`))
}

/** Put into a page since when it is known, for its script to say so. */
export const withKeptAt = (html, keptAt) => html.replace("<html ", `<html data-known-at="${new Date(keptAt).toISOString()}" `)

/** Return those to let go so that `most` are left: the oldest first. */
export function surplus(kept, most) {
  return [...kept].sort((one, other) => other.keptAt - one.keptAt).slice(most)
}
