// Defect: opens its file anew at each reload, and never closes it.
import { openSync } from 'node:fs'
import { sail } from './base.ts'
import { colourParts, reload } from './colour.ts'

await sail(
  colourParts(() => {
    openSync(new URL('colour.json', import.meta.url), 'r')
    reload()
  }),
)
