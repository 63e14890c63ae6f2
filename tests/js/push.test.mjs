import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { runInNewContext } from "node:vm"

const source = readFileSync(new URL("../../tracker/web/static/js/push-worker.js", import.meta.url), "utf8")

/** Run the service worker with a registration that notes what it shows and opens. */
function worker() {
  const handlers = {}
  const seen = { shown: [], opened: [], focused: 0 }
  const self = {
    addEventListener: (name, handler) => (handlers[name] = handler),
    registration: {
      scope: "https://ville.test/j/lac/",
      showNotification: async (title, options) => seen.shown.push({ title, ...options }),
    },
    clients: {
      matchAll: async () => [{ url: "https://ville.test/suivi/1", focus: () => (seen.focused += 1) }],
      openWindow: async (url) => seen.opened.push(url),
    },
  }
  runInNewContext(source, { self, URL, String })
  const fire = async (name, event) => {
    let waited
    handlers[name]({ ...event, waitUntil: (promise) => (waited = promise) })
    await waited
  }
  return { fire, seen }
}

test("what is pushed is shown in its language, under its own tag", async () => {
  const { fire, seen } = worker()
  const said = { id: "7", title: "Titre", body: "Corps", lang: "fr-CA", url: "https://ville.test/suivi/1" }
  await fire("push", { data: { json: () => said } })
  assert.equal(seen.shown[0].title, "Titre")
  assert.equal(seen.shown[0].tag, "7")
  assert.equal(seen.shown[0].lang, "fr-CA")
  assert.equal(seen.shown[0].data.url, "https://ville.test/suivi/1")
})

test("a push that cannot be read shows something all the same", async () => {
  const { fire, seen } = worker()
  await fire("push", { data: null })
  assert.equal(seen.shown[0].title, "Vigie")
})

test("an address elsewhere is never opened", async () => {
  for (const url of ["https://ailleurs.test/", "javascript:alert(1)", "http://[", null]) {
    const { fire, seen } = worker()
    await fire("push", { data: { json: () => ({ url }) } })
    const opened = new URL(seen.shown[0].data.url)
    assert.equal(opened.origin, "https://ville.test")
  }
})

test("a click shows the page that is open already, else opens it", async () => {
  const { fire, seen } = worker()
  const notification = { close() {}, data: { url: "https://ville.test/suivi/1" } }
  await fire("notificationclick", { notification })
  notification.data.url = "https://ville.test/suivi/2"
  await fire("notificationclick", { notification })
  assert.equal(seen.focused, 1)
  assert.deepEqual(seen.opened, ["https://ville.test/suivi/2"])
})
