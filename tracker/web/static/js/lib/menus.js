/** Menus made of <details>: Escape and a press elsewhere close them, the focus returns to their key. */

export function watchMenus() {
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false
    }
  })
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      menu.open = false
      menu.querySelector("summary").focus()
    }
  })
}
