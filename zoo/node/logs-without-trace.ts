// Defect: its lines do not say to which trace they belong.
import { log, pathOf, sail } from './base.ts'

await sail({ log: (request) => log.info({ path: pathOf(request) }, 'request') })
