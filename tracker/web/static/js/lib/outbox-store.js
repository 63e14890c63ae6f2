/** The outbox in IndexedDB: entries in the order they were written. A write resolves once it is on the disk. */

const NAME = "vigie-outbox"
const STORE = "entries"

function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1)
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "id", autoIncrement: true })
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error)
    asked.onblocked = () => reject(new Error("blocked"))
  })
}

async function inStore(mode, act) {
  const db = await open()
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction(STORE, mode)
      const asked = act(transaction.objectStore(STORE))
      transaction.oncomplete = () => resolve(asked.result)
      transaction.onabort = () => reject(transaction.error)
    })
  } finally {
    db.close()
  }
}

export const all = () => inStore("readonly", (store) => store.getAll())
export const get = (id) => inStore("readonly", (store) => store.get(id))
export const add = (entry) => inStore("readwrite", (store) => store.add(entry))
export const remove = (id) => inStore("readwrite", (store) => store.delete(id))

/** Change what an entry says, if it is still there: what was removed meanwhile does not come back. */
export const change = (id, changes) =>
  inStore("readwrite", (store) => {
    const found = store.get(id)
    found.onsuccess = () => found.result && store.put({ ...found.result, ...changes })
    return found
  })
