/** Show a change at once, send it, and put the old view back if the server refuses. */
export async function optimistically({ apply, revert, send }) {
  apply()
  try {
    return await send()
  } catch (error) {
    revert()
    throw error
  }
}

/** Return a function that waits for a pause before it calls. */
export function debounce(call, pause_ms, clock = globalThis) {
  let timer = null
  return (...given) => {
    clock.clearTimeout(timer)
    timer = clock.setTimeout(() => call(...given), pause_ms)
  }
}
