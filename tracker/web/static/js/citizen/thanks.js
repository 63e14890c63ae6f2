/** After the report: the follow-up link can be copied, and the draft is forgotten. */

import { every } from "../lib/dom.js"
import { notice } from "../lib/notices.js"
import { say } from "../lib/words.js"
import { finished } from "./draft-photo.js"

finished()
for (const button of every("[data-copy]")) {
  button.hidden = !navigator.clipboard
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy)
    notice(say("copied"))
  })
}
