/** The tablet: the light at once, the map of the day, forms that lose nothing, pages that open without signal. */

import { every, one, scriptsRun } from "../lib/dom.js"
import { watchLights } from "../lib/lights.js"
import { watchMenus } from "../lib/menus.js"
import { pinsIn } from "../lib/parts.js"
import "../elements/city-map.js"
import { direct, showMain, watchForms } from "./forms.js"
import { settleReader, watchKept } from "./kept.js"
import { watchDay, watchMoves } from "./moves.js"
import { tellAgain, watchOutbox } from "./post.js"
import { followThread, watchThread } from "./thread.js"

scriptsRun()
watchMenus()
watchLights(one("[data-lights]"))
await settleReader()
setUp()
document.documentElement.dataset.ready = ""
document.addEventListener("main-changed", () => {
  setUp()
  tellAgain()
})
followThread()
watchMoves({ setUp: (holder) => watchForms(every("[data-crew-form]", holder)), readAgain })
watchDay(one("[data-unsent]"))
watchKept()
watchOutbox()

function setUp() {
  watchForms(every("[data-crew-form]"))
  watchThread(one("[data-thread]"))
}

/** Show the case as it is now that what was done arrived; what is being typed stays until it is done. */
async function readAgain(sent) {
  if (sent.some((entry) => direct.has(entry.key)) || document.activeElement?.matches("textarea, input")) return
  const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } }).catch(() => null)
  if (!answer?.ok) return
  const page = new DOMParser().parseFromString(await answer.text(), "text/html")
  one("[data-status-label]").replaceWith(page.querySelector("[data-status-label]"))
  one("[data-known]").hidden = true
  showMain(page)
}

const map = one("city-map[data-stops]")
if (map) {
  map.pins = pinsIn()
  map.ready.then(() => map.fit(pinsIn()))
  map.addEventListener("pin-chosen", ({ detail }) => {
    location.assign(`${document.documentElement.dataset.base}/crew/${detail.number}`)
  })
}
