/** What waits on the tablet, shown to its author: what it is, since when, why it was refused and what can be done. */

import { make, one } from "../lib/dom.js"
import { keep, keepPictures } from "../lib/drafts.js"
import { seenOf } from "../lib/moves.js"
import { newKey } from "../lib/outbox.js"
import { say } from "../lib/words.js"
import { attempt, store, tellAgain } from "./post.js"
import { readCase } from "./send.js"

const stamp = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" })

/** Make the card of an entry, an item of a list; `where` names its case, `held` tells that a refused move is before it. */
export function card(entry, { where = false, held = false } = {}) {
  const time = make("time", { class: "num", datetime: entry.body.device_at }, stamp.format(new Date(entry.body.device_at)))
  // In words alone: without signal an icon may not come.
  const who = make("p", { class: "who" }, make("span", { class: "with-shape" }, stateOf(entry, held)), time)
  const item = make("li", { class: entry.refused ? "waits refused" : "waits" }, who)
  if (where) item.append(make("p", { class: "strong" }, [entry.service, entry.place, entry.number].filter(Boolean).join(" · ")))
  if (entry.body.text) item.append(make("p", { class: "told-body" }, entry.body.text))
  if (entry.files?.length) item.append(pictures(entry.files))
  if (entry.refused) item.append(make("p", { class: "why" }, entry.refused), acts(entry))
  return item
}

function stateOf(entry, held) {
  if (!entry.move) return say(entry.refused ? "written_refused" : "written_waiting")
  return say(entry.refused ? "done_refused" : held ? "done_held" : "done_waiting", { done: entry.done })
}

function pictures(files) {
  const list = make("ul", { class: "photos" })
  for (const file of files) {
    const picture = make("img", { class: "thumb", alt: say("photo_of"), width: 112, height: 84, src: URL.createObjectURL(file) })
    picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true })
    list.append(make("li", {}, picture))
  }
  return list
}

function acts(entry) {
  const row = make("p", { class: "waits-acts" })
  const add = (words, act) => {
    const button = make("button", { type: "button", class: "btn crew second" }, say(words))
    button.addEventListener("click", () => act(button))
    row.append(button)
  }
  if (!entry.move) add("retry", () => again(entry))
  else if (entry.can === "mend") add("done_mend", () => mend(entry))
  else add(entry.can === "check" ? "done_check" : "done_again", () => onto(entry))
  add("written_drop", (button) => drop(entry, button))
  return row
}

async function again(entry) {
  await store.change(entry.id, { refused: undefined, key: newKey() })
  await attempt()
}

/** Send a move onto the case as it is now: its author read what changed and still means it. */
async function onto(entry) {
  const { status, told } = await readCase(entry.number)
  const isOpen = status === 200 && told.transitions.some((one) => one.name === entry.move)
  if (isOpen) await store.change(entry.id, { refused: undefined, can: undefined, version: told.version, seen: seenOf(told) })
  else if (status === 200) await store.change(entry.id, { refused: say("move_closed", { state: told.sentence || told.status_label }) })
  await attempt()
}

/** Put what was filled in back into its form, pictures too, and open it. */
async function mend(entry) {
  const draft = draftOf(entry)
  keep(draft, entry.typed ?? {})
  if (entry.files?.length) await keepPictures(draft, entry.files)
  await store.remove(entry.id)
  const here = `${document.documentElement.dataset.base}/crew/${entry.number}`
  location.assign(here)
}

/** The name under which the form of a move keeps what is half-written. */
export const draftOf = ({ number, move }) => `crew:${document.documentElement.dataset.base}/crew/${number}/${move}`

/** What is removed is lost, with its pictures: asked twice. A message is its author's own words, on the screen. */
async function drop(entry, button) {
  if (entry.move && !button.dataset.sure) {
    button.dataset.sure = "yes"
    button.textContent = say("done_drop_sure")
    return
  }
  await store.remove(entry.id)
  await tellAgain()
  one("main").focus({ preventScroll: true })
  await attempt()
}
