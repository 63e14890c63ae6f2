/** Asking the server for a part of a page, and sending a form, with failures that say what happened. */

const PART = "X-Vigie-Part"

/** What the server refused, or `status` 0 when it could not be reached. */
export class Refused extends Error {
  constructor(status, html = "") {
    super(status ? `HTTP ${status}` : "unreachable")
    this.status = status
    this.html = html
  }

  get isOffline() {
    return this.status === 0
  }
}

/** Return a part of a page as HTML and the address it came from. Throws Refused. */
export async function fetchPart(url, part, options = {}) {
  const response = await reach(url, {
    ...options,
    headers: { Accept: "text/html", [PART]: part, ...options.headers },
  })
  const html = await response.text()
  // A sign-in page, or a case that moved on, is an answer to show and not the part that was asked.
  if (response.status >= 500) throw new Refused(response.status, html)
  return { html, url: response.url, status: response.status }
}

/** Return what stands behind a page for a script, as JSON. Throws Refused. */
export const fetchData = (url, part, options = {}) => fetchJson(url, { ...options, headers: { [PART]: part } })

/** Return JSON. Throws Refused. */
export async function fetchJson(url, options = {}) {
  const response = await reach(url, { ...options, headers: { Accept: "application/json", ...options.headers } })
  if (!response.ok) throw new Refused(response.status)
  return response.json()
}

async function reach(url, options) {
  try {
    return await fetch(url, { credentials: "same-origin", ...options })
  } catch (error) {
    if (error.name === "AbortError") throw error
    throw new Refused(0)
  }
}

/** Return a function that aborts its previous call: only the last question typed is answered. */
export function latest(ask) {
  let running = null
  return async (...given) => {
    running?.abort()
    running = new AbortController()
    try {
      return await ask(running.signal, ...given)
    } catch (error) {
      if (error.name === "AbortError") return null
      throw error
    }
  }
}
