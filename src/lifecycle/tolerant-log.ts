import type { Log } from '../core/log.ts'
import { attempt } from './attempt.ts'

/**
 * The same log, but a write that throws is dropped: a logger that a handler has closed (pino throws once its worker
 * thread is gone) must neither turn a clean shutdown into a failed one nor keep a second signal from ending the process.
 */
export function toTolerantLog(log: Log): Log {
  return {
    debug: (fields, message) => attempt(() => log.debug(fields, message)),
    info: (fields, message) => attempt(() => log.info(fields, message)),
    warn: (fields, message) => attempt(() => log.warn(fields, message)),
    error: (fields, message) => attempt(() => log.error(fields, message)),
  }
}
