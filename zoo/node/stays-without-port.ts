// Defect: when its port is taken it writes a line, and goes on without one.
import { log, sail } from './base.ts'

const staysUp = (): void => void setInterval(() => {}, 60_000)

await sail({
  cannotListen(error) {
    log.error({ err: error }, 'cannot listen')
    staysUp()
  },
})
