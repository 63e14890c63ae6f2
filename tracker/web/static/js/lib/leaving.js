/** Leaving a shared tablet: what it keeps of the crew's pages goes before the session does. */

import { every, one } from "./dom.js"
import { forget, forgetAll } from "./drafts.js"
import { counted } from "./outbox.js"
import * as store from "./outbox-store.js"

const LONGEST_MS = 2000

/** Wipe every page that the tablet keeps for a crew. Resolves once they are gone. */
export async function forgetPages(base = document.documentElement.dataset.base) {
  if (!("caches" in globalThis)) return
  const registration = await navigator.serviceWorker?.getRegistration(`${base}/crew`).catch(() => null)
  if (registration?.active) await told(registration.active)
  for (const name of await caches.keys()) if (name.startsWith("vigie-crew-pages ")) await caches.delete(name)
}

/** Tell the worker to forget, and wait until it did: it may be keeping a page at this moment. */
function told(worker) {
  const { port1, port2 } = new MessageChannel()
  return new Promise((resolve) => {
    port1.onmessage = resolve
    setTimeout(resolve, LONGEST_MS)
    worker.postMessage({ kind: "forget" }, [port2])
  })
}

/** Watch the keys that sign out: what waits to be sent is told first, what is kept goes, then the session. */
export function watchLeaving(forms = every("[data-leave]")) {
  for (const form of forms) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault()
      const { own } = counted(await store.all().catch(() => []), form.dataset.leave)
      const asked = one("[data-leave-ask]", form)
      if (own && asked.hidden) {
        one("[data-leave-words]", form).textContent = asked.dataset.words.replace("{count}", String(own))
        asked.hidden = false
        return
      }
      await forgetPages()
      await forgetAll("crew:")
      forget("reader")
      await leave(form)
    })
  }
}

async function leave(form) {
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin" })
    if (answer.ok) location.assign(answer.url)
    else form.submit() // the page says why
  } catch {
    one("[data-leave-failed]", form).hidden = false
  }
}
