import assert from "node:assert/strict"
import { test } from "node:test"

import { towards } from "../../tracker/web/static/js/lib/seat-grid.js"

// Row 0 has 1 to 4 without 3, row 1 nothing free, row 2 has 2 and 5.
const SEATS = [[0, 1], [0, 2], [0, 4], [2, 2], [2, 5]].map(([row, number]) => ({ row, number }))

test("arrows pass over what is taken and stay in the hall", () => {
  assert.equal(towards(SEATS, 1, "ArrowRight"), 2)
  assert.equal(towards(SEATS, 1, "ArrowLeft"), 0)
  assert.equal(towards(SEATS, 2, "ArrowRight"), -1)
  assert.equal(towards(SEATS, 2, "ArrowDown"), 4)
  assert.equal(towards(SEATS, 0, "ArrowDown"), 3)
  assert.equal(towards(SEATS, 3, "ArrowUp"), 1)
  assert.equal(towards(SEATS, 0, "ArrowUp"), -1)
  assert.equal(towards(SEATS, 0, "Tab"), -1)
  assert.equal(towards(SEATS, -1, "ArrowUp"), -1)
})
