/** Step 1: words find services while they are typed; the picture taken is shown. */

import "./draft-photo.js"
import { liveSearch } from "./live-search.js"

liveSearch()
