/** In which light a map is drawn: the page's own, else the one that the system asks for. */

/** Return "light", "dark" or "sun". `chosen` is the page's theme, empty when it follows the system. */
export function themeOf(chosen, systemIsDark) {
  if (chosen === "dark" || chosen === "sun" || chosen === "light") return chosen
  return systemIsDark ? "dark" : "light"
}

/** Return the theme of this page now. */
export function currentTheme() {
  return themeOf(document.documentElement.dataset.theme, matchMedia("(prefers-color-scheme: dark)").matches)
}

/** Return a colour of the page by its token: `token("--map-land")`. */
export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/** Return the address of the style in a theme, as a page's map data gives it. */
export function styleAddress(data, theme) {
  return `${data.style}?theme=${theme}&lang=${data.language}`
}
