/** Parts of a page drawn by the server: found by name, replaced whole. */

import { fetchPart } from "./request.js"

/** Return the element that holds a part. */
export const partOf = (name, root = document) => root.querySelector(`[data-part="${name}"]`)

/** Put a part drawn by our server in place of the present one. Our templates escape every value. */
export function swap(holder, html) {
  holder.replaceChildren(document.createRange().createContextualFragment(html))
}

/** Ask for a part and show it; the holder says that it is busy meanwhile. Returns the answer. */
export async function load(holder, url, name = holder.dataset.part, options = {}) {
  holder.setAttribute("aria-busy", "true")
  try {
    const answer = await fetchPart(url, name, options)
    swap(holder, answer.html)
    return answer
  } finally {
    holder.removeAttribute("aria-busy")
  }
}

/** Return the pins that a list carries for the map. */
export function pinsIn(root = document) {
  const holder = root.querySelector("[data-pins]")
  return holder ? JSON.parse(holder.dataset.pins) : []
}
