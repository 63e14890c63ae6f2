/** On the follow-up page: the button that has this browser told what happens to the report. */

import { one } from "../lib/dom.js"

const box = one("[data-push]")

/* The browser has one subscription for the whole town: which reports it is for is remembered here. */
const NAME = `vigie.push.${box?.dataset.push}`

if (box && "serviceWorker" in navigator && "PushManager" in window) start()

async function start() {
  const key = await townKey()
  if (!key) return
  const registration = await navigator.serviceWorker.register(box.dataset.pushWorker)
  box.hidden = false
  show(isRemembered() && (await registration.pushManager.getSubscription()))
  one("[data-push-on]", box).addEventListener("click", () => attempt(() => turnOn(registration, key)))
  one("[data-push-off]", box).addEventListener("click", () => attempt(() => turnOff(registration)))
}

async function townKey() {
  try {
    const answer = await fetch(box.dataset.pushKey)
    return answer.ok ? (await answer.json()).key : null
  } catch {
    return null
  }
}

function isRemembered() {
  return localStorage.getItem(NAME) === "on"
}

async function turnOn(registration, key) {
  if ((await Notification.requestPermission()) !== "granted") return tell("blocked")
  const options = { userVisibleOnly: true, applicationServerKey: key }
  const subscription = await registration.pushManager.subscribe(options)
  const answer = await fetch(box.dataset.push, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(subscription),
  })
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`)
  localStorage.setItem(NAME, "on")
  show(true)
  tell("on")
}

/* Other reports of this town may use the same subscription: only this one is left. */
async function turnOff(registration) {
  const subscription = await registration.pushManager.getSubscription()
  if (subscription) {
    const query = new URLSearchParams({ endpoint: subscription.endpoint })
    const answer = await fetch(`${box.dataset.push}?${query}`, { method: "DELETE" })
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`)
  }
  localStorage.removeItem(NAME)
  show(false)
  tell("off")
}

async function attempt(act) {
  try {
    await act()
  } catch {
    tell("failed")
  }
}

function show(isOn) {
  one("[data-push-on]", box).hidden = Boolean(isOn)
  one("[data-push-off]", box).hidden = !isOn
}

function tell(what) {
  for (const each of box.querySelectorAll("[data-push-told]")) each.hidden = each.dataset.pushTold !== what
}
