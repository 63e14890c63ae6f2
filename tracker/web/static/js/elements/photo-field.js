/** A photo field that shows what was taken, lets one picture go, and keeps the rest on the device. */

import { icon, make, one } from "../lib/dom.js"
import { forgetPictures, keepPictures, keptPictures } from "../lib/drafts.js"
import { say } from "../lib/words.js"

/** Set a field up; `key` names its draft. Returns once the pictures kept are back. */
export async function photoField(root, key) {
  const input = one("input[type=file]", root)
  const list = one("[data-photo-list]", root)
  let files = [...input.files]

  const show = () => {
    const all = new DataTransfer()
    for (const file of files) all.items.add(file)
    input.files = all.files
    list.replaceChildren(...files.map((file, at) => shown(file, () => change(files.filter((_, other) => other !== at)))))
  }
  const change = (next) => {
    files = next
    show()
    if (key) files.length ? keepPictures(key, files) : forgetPictures(key)
  }

  input.addEventListener("change", () => {
    // A second picture joins the first: a camera gives one at a time.
    const known = new Set(files.map(identity))
    change([...files, ...[...input.files].filter((file) => !known.has(identity(file)))])
  })
  if (key && !files.length) {
    files = await keptPictures(key)
    if (files.length) show()
  }
}

const identity = (file) => `${file.name} ${file.size} ${file.lastModified}`

function shown(file, remove) {
  const picture = make("img", { class: "thumb", alt: say("photo_of"), width: 112, height: 112 })
  picture.src = URL.createObjectURL(file)
  picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true })
  const button = make("button", { type: "button", class: "icon-btn", "aria-label": say("remove_photo") }, icon("x"))
  button.addEventListener("click", remove)
  return make("li", {}, picture, button)
}
