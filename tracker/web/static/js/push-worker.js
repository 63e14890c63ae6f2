/* Shows what the town pushes, also when no page of it is open. A classic script: not every browser runs modules
   as service workers. */

self.addEventListener("push", (event) => {
  let said = {}
  try {
    said = event.data.json()
  } catch {
    // Every push must show something (userVisibleOnly), also one that cannot be read.
  }
  event.waitUntil(
    self.registration.showNotification(String(said.title || "Vigie"), {
      body: String(said.body || ""),
      lang: said.lang,
      // The same message pushed twice is one notification.
      tag: said.id,
      data: { url: ours(said.url) },
    }),
  )
})

self.addEventListener("notificationclick", (event) => {
  event.notification.close()
  event.waitUntil(open(event.notification.data.url))
})

/** Return an address of this site, its home page for any other. */
function ours(said) {
  const home = self.registration.scope
  try {
    const url = new URL(said, home)
    return url.origin === new URL(home).origin ? url.href : home
  } catch {
    return home
  }
}

async function open(url) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true })
  const page = pages.find((each) => each.url === url)
  return page ? page.focus() : self.clients.openWindow(url)
}
