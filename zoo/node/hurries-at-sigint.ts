// Defect: SIGINT ends it in that moment, with all that is in flight; SIGTERM ends it in order.
import { sail } from './base.ts'

await sail({
  also() {
    process.removeAllListeners('SIGINT')
    process.on('SIGINT', () => process.exit(0))
  },
})
