/** The tablet: the light at once, the map of the day, forms that lose nothing. */

import { every, one, scriptsRun } from "../lib/dom.js"
import { watchLights } from "../lib/lights.js"
import { watchMenus } from "../lib/menus.js"
import { pinsIn } from "../lib/parts.js"
import "../elements/city-map.js"
import { watchForms } from "./forms.js"
import { watchOutbox } from "./post.js"
import { watchThread } from "./thread.js"

scriptsRun()
watchMenus()
watchLights(one("[data-lights]"))
watchForms(every("[data-crew-form]"))
watchThread(one("[data-thread]"))
watchOutbox()

const map = one("city-map[data-stops]")
if (map) {
  map.pins = pinsIn()
  map.ready.then(() => map.fit(pinsIn()))
  map.addEventListener("pin-chosen", ({ detail }) => {
    location.assign(`${document.documentElement.dataset.base}/crew/${detail.number}`)
  })
}
