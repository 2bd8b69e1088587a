// Golden: reads its configuration again at SIGHUP, whole or not at all.
import { sail } from './base.ts'
import { colourParts, reload } from './colour.ts'

await sail(colourParts(reload))
