// Defect: the span of the request that ended it is lost with it.
import { log, sail, written } from './base.ts'

await sail({
  async crash(error) {
    log.fatal({ err: error }, 'uncaught error')
    await written()
    process.exit(1)
  },
})
