/** Make and find elements. Text always goes through textContent. */

const SVG = "http://www.w3.org/2000/svg"

/** Make an element: `make("button", {type: "button", "aria-label": "…"}, "text", child)`. */
export function make(name, attributes = {}, ...children) {
  return fillIn(document.createElement(name), attributes, children)
}

/** Make an SVG element. */
export function draw(name, attributes = {}, ...children) {
  return fillIn(document.createElementNS(SVG, name), attributes, children)
}

function fillIn(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "")
    else if (value !== false && value != null) element.setAttribute(name, String(value))
  }
  element.append(...children.filter((child) => child != null))
  return element
}

/** Make an icon of the sprite. */
export function icon(name, size = "") {
  const use = draw("use", { href: `${sprite()}#${name}` })
  return draw("svg", { class: `icon ${size}`.trim(), "aria-hidden": "true", focusable: "false" }, use)
}

/** Return the address of the sprite: it lies beside this module, whatever the town's prefix. */
export function sprite() {
  return new URL("../../icons/sprite.svg", import.meta.url).pathname
}

export const one = (selector, root = document) => root.querySelector(selector)
export const every = (selector, root = document) => [...root.querySelectorAll(selector)]

/** Tell the style sheets that scripts run: what only scripts can do is shown, what they replace is hidden. */
export function scriptsRun() {
  document.documentElement.classList.add("js")
}
