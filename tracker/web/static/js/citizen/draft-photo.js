/** The picture that began a report: taken first, kept on the device, shown at each step, sent at the end. */

import { make, one, scriptsRun } from "../lib/dom.js"
import { forget, forgetPictures, keep, keepPictures, kept, keptPictures } from "../lib/drafts.js"
import { positionIn } from "../lib/exif.js"
import { say } from "../lib/words.js"

export const DRAFT = "report"
const HEAD_BYTES = 256 * 1024

/** Keep the pictures that were just taken, and where the first one was. */
export async function begin(files) {
  await keepPictures(DRAFT, files)
  const position = positionIn(await files[0].slice(0, HEAD_BYTES).arrayBuffer())
  position ? keep("photo-position", position) : forget("photo-position")
}

/** Return where the kept picture was taken, null when it does not say. */
export const photoPosition = () => kept("photo-position")

/** Forget the draft: it was sent. */
export async function finished() {
  forget("photo-position")
  await forgetPictures(DRAFT)
}

/** Show the kept picture wherever a page has room for it. */
export async function showTaken(root = document) {
  const holder = one("[data-draft-photo]", root)
  if (!holder) return
  const [first] = await keptPictures(DRAFT)
  if (!first) return
  const picture = make("img", { class: "thumb s", alt: say("photo_of"), width: 52, height: 52 })
  picture.src = URL.createObjectURL(first)
  picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true })
  holder.replaceChildren(picture, make("b", { class: "small" }, say("photo_of")))
  holder.hidden = false
}

scriptsRun()
showTaken()
