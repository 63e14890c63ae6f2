/** On pages with the key that signs out. */

import { watchLeaving } from "../lib/leaving.js"

watchLeaving()
