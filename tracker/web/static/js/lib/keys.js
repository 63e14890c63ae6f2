/** Single-key shortcuts, off while somebody types and when the person turned them off (WCAG 2.1.4). */

const TYPING = new Set(["INPUT", "TEXTAREA", "SELECT"])
// Kinds of input that take no letters: a shortcut is still welcome there.
const SILENT = new Set(["checkbox", "radio", "button", "submit", "file", "range"])

/** Tell whether a key press belongs to a field. */
export function isTyping(target) {
  if (!target) return false
  if (target.isContentEditable) return true
  return TYPING.has(target.tagName) && !SILENT.has(target.type)
}

/** Return the name of the shortcut a key press asks for, null when it asks for none. `event.key` follows the layout. */
export function shortcut(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return null
  return event.key.length === 1 ? event.key.toLowerCase() : event.key
}

/** Return the place after a step of `by` in a list, staying inside it; the first one when there is none yet. */
export function step(length, at, by) {
  if (!length) return -1
  if (at < 0) return by > 0 ? 0 : length - 1
  return Math.min(length - 1, Math.max(0, at + by))
}
