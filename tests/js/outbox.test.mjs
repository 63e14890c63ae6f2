import assert from "node:assert/strict"
import { test } from "node:test"

import { counted, flush, newKey, verdictOf } from "../../tracker/web/static/js/lib/outbox.js"

/** A store in memory, in the order of its ids. */
function shelf(...entries) {
  const kept = new Map(entries.map((entry, at) => [at + 1, { id: at + 1, actor: "me", ...entry }]))
  return {
    all: async () => [...kept.values()],
    get: async (id) => kept.get(id),
    change: async (id, changes) => kept.has(id) && kept.set(id, { ...kept.get(id), ...changes }),
    remove: async (id) => kept.delete(id),
  }
}

test("what waits is sent in order, and is gone once the server has it", async () => {
  const store = shelf({ key: "a" }, { key: "b" }, { key: "c" })
  const seen = []
  const result = await flush({ store, actor: "me", send: async ({ key }) => (seen.push(key), { status: 201 }) })
  assert.deepEqual(seen, ["a", "b", "c"])
  assert.equal(result.stopped, "")
  assert.deepEqual(await store.all(), [])
})

test("the first that cannot be sent holds those after it, which keep their order and their keys", async () => {
  const store = shelf({ key: "a" }, { key: "b" }, { key: "c" })
  const answers = { a: 201, b: 0, c: 201 }
  const seen = []
  const send = async ({ key }) => (seen.push(key), { status: answers[key] })
  assert.equal((await flush({ store, actor: "me", send })).stopped, "later")
  assert.deepEqual(seen, ["a", "b"])
  assert.deepEqual((await store.all()).map((entry) => entry.key), ["b", "c"])
  answers.b = 201
  await flush({ store, actor: "me", send })
  assert.deepEqual(seen, ["a", "b", "b", "c"])
})

test("an answer lost on its way has the same key sent again, never another", async () => {
  const store = shelf({ key: "a" })
  const server = new Map()
  let lost = true
  const send = async ({ key }) => {
    server.set(key, (server.get(key) ?? 0) + 1)
    if (lost) return (lost = false), { status: 0 }
    return { status: 201 }
  }
  await flush({ store, actor: "me", send })
  await flush({ store, actor: "me", send })
  assert.deepEqual([...server], [["a", 2]])
  assert.deepEqual(await store.all(), [])
})

test("a refused one stays with its reason and is not sent again by itself; the next ones go", async () => {
  const store = shelf({ key: "a" }, { key: "b" })
  const seen = []
  const send = async ({ key }) => {
    seen.push(key)
    return key === "a" ? { status: 404, detail: "Dossier introuvable" } : { status: 201 }
  }
  await flush({ store, actor: "me", send })
  await flush({ store, actor: "me", send })
  assert.deepEqual(seen, ["a", "b"])
  assert.deepEqual((await store.all()).map((entry) => entry.refused), ["Dossier introuvable"])
})

test("what somebody else wrote on this tablet waits for them", async () => {
  const store = shelf({ key: "a", actor: "other" }, { key: "b" })
  const seen = []
  await flush({ store, actor: "me", send: async ({ key }) => (seen.push(key), { status: 201 }) })
  assert.deepEqual(seen, ["b"])
  assert.deepEqual(counted(await store.all(), "me"), { own: 0, moves: 0, others: 1, refused: 0 })
})

test("an ended session keeps everything", async () => {
  const store = shelf({ key: "a" }, { key: "b" })
  const result = await flush({ store, actor: "me", send: async () => ({ status: 401 }) })
  assert.equal(result.stopped, "sign_in")
  assert.equal((await store.all()).length, 2)
})

test("every status has one meaning", () => {
  const meant = { 201: "sent", 200: "sent", 0: "later", 502: "later", 409: "later", 429: "later", 401: "sign_in",
    403: "sign_in", 404: "refused", 422: "refused" }
  for (const [status, verdict] of Object.entries(meant)) assert.equal(verdictOf(Number(status)), verdict, status)
  const named = { "sign-in-required": "sign_in", "forgery-suspected": "sign_in", "not-allowed": "refused" }
  for (const [problem, verdict] of Object.entries(named)) assert.equal(verdictOf(403, problem), verdict, problem)
  assert.equal(verdictOf(409, "request-in-flight"), "later")
  assert.equal(verdictOf(409, "transition-not-allowed"), "refused")
})

const move = (key, number, more = {}) => ({ key, number, move: key, version: "3", ...more })

test("a refused move holds those of its case, and neither its notes nor other cases", async () => {
  const store = shelf(move("start", "A"), { key: "note", number: "A" }, move("complete", "A"), move("start-b", "B"))
  const seen = []
  const send = async ({ key }) => (seen.push(key), { status: key === "start" ? 412 : 200, detail: "Changé", can: "check" })
  await flush({ store, actor: "me", send })
  await flush({ store, actor: "me", send })
  assert.deepEqual(seen, ["start", "note", "start-b"])
  const left = await store.all()
  assert.deepEqual(left.map(({ key, refused, can }) => [key, refused, can]),
    [["start", "Changé", "check"], ["complete", undefined, undefined]])
})

test("what follows goes against the version that the one before it made", async () => {
  const store = shelf(move("start", "A"), move("other", "B"), move("complete", "A"))
  const against = {}
  const send = async ({ key, version }) => ((against[key] = version), { status: 200, version: "7" })
  await flush({ store, actor: "me", send })
  assert.deepEqual(against, { start: "3", other: "3", complete: "7" })
})

test("cut between telling those that follow and forgetting, nothing is done twice", async () => {
  const store = shelf(move("start", "A"), move("complete", "A"))
  const server = new Set()
  const send = async ({ key }) => (server.add(key), { status: 200, version: "7" })
  const remove = store.remove
  store.remove = async () => { throw new Error("killed") }
  await assert.rejects(flush({ store, actor: "me", send }), /killed/)
  store.remove = remove
  assert.deepEqual((await store.all()).map(({ version }) => version), ["3", "7"])
  await flush({ store, actor: "me", send })
  assert.deepEqual([...server], ["start", "complete"])
  assert.deepEqual(await store.all(), [])
})

test("what is removed while it is being refused does not come back", async () => {
  const store = shelf({ key: "a" })
  await flush({ store, actor: "me", send: async ({ id }) => (await store.remove(id), { status: 422 }) })
  assert.deepEqual(await store.all(), [])
})

test("keys differ and are what a header may hold", () => {
  const keys = new Set(Array.from({ length: 500 }, () => newKey()))
  assert.equal(keys.size, 500)
  for (const key of keys) assert.match(key, /^[0-9a-f]{32}$/)
})
