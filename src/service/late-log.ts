import type { Log } from '../core/log.ts'

/** A log for what may speak before the service has one; until `find` finds it, lines are dropped. */
export function lateLog(find: () => Log | undefined): Log {
  return {
    debug: (fields, message) => find()?.debug(fields, message),
    info: (fields, message) => find()?.info(fields, message),
    warn: (fields, message) => find()?.warn(fields, message),
    error: (fields, message) => find()?.error(fields, message),
  }
}
