/** A case on site while moves of it wait: the page goes on as if they were done, and says that they are not yet. */

import { every, make, one } from "../lib/dom.js"
import { standing } from "../lib/moves.js"
import { say } from "../lib/words.js"
import { card } from "./cards.js"
import { keepDay } from "./kept.js"
import { actor, onPosted } from "./post.js"

const own = (entries, number) => entries.filter((entry) => entry.actor === actor() && entry.number === number)

/** Keep the acts of the page in step with what waits; `setUp` brings forms to life, `readAgain` the page anew. */
export function watchMoves({ setUp, readAgain }) {
  onPosted(async ({ sent }, entries) => {
    const site = one("[data-site]")
    if (!site) return
    const number = site.dataset.site
    show(site, own(entries, number), setUp)
    const isMoved = sent.some((entry) => entry.move && entry.number === number)
    if (sent.some((entry) => entry.move)) keepDay()
    if (isMoved) await readAgain(sent)
  })
}

function show(site, entries, setUp) {
  const holder = one("[data-acts]", site)
  holder.dataset.first ??= holder.dataset.status
  const { status, pending, refused } = standing(entries, holder.dataset.first)
  const list = one("[data-waiting-moves]", site)
  list.replaceChildren(...entries.filter((entry) => entry.move).map((entry) => card(entry, { held: isHeld(entry, entries) })))
  list.hidden = !list.childElementCount
  const wanted = refused ? "refused" : (status ?? "unknown")
  if (holder.dataset.status === wanted && !(refused || !status)) return tellStatus(pending, refused)
  holder.dataset.status = wanted
  if (refused) holder.replaceChildren(words("move_decide"))
  else if (!status) holder.replaceChildren(words("move_later"))
  else {
    const next = every("template[data-next]", site).find((each) => each.dataset.next === status)
    holder.replaceChildren(next ? next.content.cloneNode(true) : words("move_later"))
    setUp(holder)
  }
  tellStatus(pending, refused)
}

const isHeld = (entry, entries) =>
  Boolean(entry.move) && entries.some((each) => each.move && each.refused && each.number === entry.number && each.id < entry.id)

const words = (key) => make("p", { class: "kept" }, say(key))

function tellStatus(pending, refused) {
  const label = one("[data-status-label]")
  label.dataset.first ??= label.textContent
  label.textContent = pending && !refused ? say("done_waiting", { done: pending.done }) : label.dataset.first
}

/** On the day: what waits beside its case, and all of it in one list. */
export function watchDay(list) {
  if (!list) return
  onPosted(async ({ sent }, entries) => {
    const mine = entries.filter((entry) => entry.actor === actor())
    one("ol", list).replaceChildren(...mine.map((entry) => card(entry, { where: true, held: isHeld(entry, mine) })))
    list.hidden = !mine.length
    for (const stop of every("[data-stop]")) {
      const { pending, refused } = standing(own(entries, stop.dataset.stop), "")
      const mark = one("[data-pending]", stop)
      mark.hidden = !pending
      mark.textContent = pending ? say(refused ? "done_refused" : "done_waiting", { done: (refused ?? pending).done }) : ""
    }
    if (sent.some((entry) => entry.move)) location.reload()
  })
}
