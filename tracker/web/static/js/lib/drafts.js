/** What was begun is kept on the device: words in localStorage, pictures in IndexedDB. Nothing is lost by a reload. */

const NAME = "vigie"
const STORE = "pictures"
export const KEPT_MS = 3 * 24 * 3600 * 1000

/** Keep a small value under a key, with its age. A full or forbidden store is no reason to fail. */
export function keep(key, value, store = globalThis.localStorage, now = Date.now()) {
  try {
    store.setItem(`vigie:${key}`, JSON.stringify({ at: now, value }))
    return true
  } catch {
    return false
  }
}

/** Return what was kept, null when there is nothing, or it is too old. */
export function kept(key, store = globalThis.localStorage, now = Date.now()) {
  try {
    const found = JSON.parse(store.getItem(`vigie:${key}`))
    return found && now - found.at < KEPT_MS ? found.value : null
  } catch {
    return null
  }
}

export function forget(key, store = globalThis.localStorage) {
  try {
    store.removeItem(`vigie:${key}`)
  } catch {
    // A forbidden store holds nothing to forget.
  }
}

function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1)
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE)
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error)
  })
}

async function inStore(mode, act) {
  const db = await open()
  try {
    return await new Promise((resolve, reject) => {
      const asked = act(db.transaction(STORE, mode).objectStore(STORE))
      asked.onsuccess = () => resolve(asked.result)
      asked.onerror = () => reject(asked.error)
    })
  } finally {
    db.close()
  }
}

/** Keep pictures (Files) under a key; tell whether it worked. */
export async function keepPictures(key, files) {
  try {
    await inStore("readwrite", (store) => store.put({ at: Date.now(), files: [...files] }, key))
    return true
  } catch {
    return false
  }
}

/** Return the pictures kept under a key, none when there are none or they are too old. */
export async function keptPictures(key) {
  try {
    const found = await inStore("readonly", (store) => store.get(key))
    return found && Date.now() - found.at < KEPT_MS ? found.files : []
  } catch {
    return []
  }
}

export async function forgetPictures(key) {
  try {
    await inStore("readwrite", (store) => store.delete(key))
  } catch {
    // Nothing was kept.
  }
}

/** Forget everything kept under keys that begin with `prefix`, words and pictures: somebody else takes the device. */
export async function forgetAll(prefix, store = globalThis.localStorage) {
  try {
    const mine = Array.from({ length: store.length }, (_, at) => store.key(at)).filter((key) => key.startsWith(`vigie:${prefix}`))
    for (const key of mine) store.removeItem(key)
    const keys = await inStore("readonly", (pictures) => pictures.getAllKeys())
    for (const key of keys.filter((one) => String(one).startsWith(prefix))) await forgetPictures(key)
  } catch {
    // A forbidden store holds nothing to forget.
  }
}
