/** Where the arrow keys lead in a plan of seats. Pure: seats are {row, number}, in the order of the page. */

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }

/** Return the index of the seat that a key leads to, or -1 when there is none that way. */
export function towards(seats, from, key) {
  const step = STEPS[key]
  const here = seats[from]
  if (!step || !here) return -1
  const [down, along] = step
  let found = -1
  let nearest = Infinity
  seats.forEach((seat, index) => {
    if (index === from) return
    const rows = seat.row - here.row
    const numbers = seat.number - here.number
    const isThatWay = down ? rows * down > 0 : rows === 0 && numbers * along > 0
    const distance = Math.abs(rows) * 1000 + Math.abs(numbers)
    if (isThatWay && distance < nearest) {
      found = index
      nearest = distance
    }
  })
  return found
}
