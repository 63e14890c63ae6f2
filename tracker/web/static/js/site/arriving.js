/** On the page where somebody signs in: nobody's pages are kept for whoever comes. */

import { forgetPages } from "../lib/leaving.js"

await forgetPages()
