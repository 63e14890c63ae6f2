/** What every citizen's page does. */

import { scriptsRun } from "../lib/dom.js"

scriptsRun()
