// Defect: takes the signal and changes nothing.
import { log, sail } from './base.ts'
import { colourParts } from './colour.ts'

await sail(colourParts(() => log.info('configuration reloaded')))
