// Defect: opens its file anew at each reload, and never closes it.
import { existsSync, openSync } from 'node:fs'
import { sail } from './base.ts'
import { colourParts, reload } from './colour.ts'

await sail(
  colourParts(() => {
    const file = new URL('colour.json', import.meta.url)
    if (existsSync(file)) openSync(file, 'r')
    reload()
  }),
)
