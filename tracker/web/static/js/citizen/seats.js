/** A plan of seats: arrow keys go from seat to seat, and what is chosen is said. Without it, checkboxes. */

import { one } from "../lib/dom.js"
import { towards } from "../lib/seat-grid.js"

setUp(one("[data-seats]"))

function setUp(hall) {
  if (!hall) return
  const boxes = [...hall.querySelectorAll("input[name=seats]:enabled")]
  const rows = [...hall.querySelectorAll("fieldset")]
  const seats = boxes.map((box) => ({
    row: rows.indexOf(box.closest("fieldset")),
    number: Number(box.value.split("-")[1]),
  }))
  hall.classList.add("is-live")
  hall.addEventListener("keydown", (event) => {
    const next = boxes[towards(seats, boxes.indexOf(event.target), event.key)]
    if (!next || event.altKey || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    next.focus()
  })
  hall.addEventListener("change", () => say(hall, boxes))
  say(hall, boxes)
}

function say(hall, boxes) {
  const chosen = boxes.filter((box) => box.checked).map((box) => box.value)
  const words = chosen.length ? `${hall.dataset.some} ${chosen.join(", ")}` : hall.dataset.none
  one("output", hall).textContent = words
}
