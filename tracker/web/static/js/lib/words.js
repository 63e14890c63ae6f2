/** Sentences of the page in the reader's language, delivered by the server as JSON (#words). */

let kept = null

function all() {
  if (!kept) {
    const source = globalThis.document?.getElementById("words")
    kept = source ? JSON.parse(source.textContent) : {}
  }
  return kept
}

/** Put values into a sentence: `fill("{count} dossiers", {count: 3})`. */
export function fill(sentence, values = {}) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole))
}

/** Return the sentence of a key, its values filled in; the key itself when there is none. */
export function say(key, values) {
  return fill(all()[key] ?? key, values)
}
