import type { Log } from '../../core/log.ts'

/** The same log, for code that nothing may stop: a log that throws must not reach the code that ended a span. */
export function toSafeLog(log: Log): Log {
  const safely =
    (level: keyof Log) =>
    (fields: object, message: string): void => {
      try {
        log[level](fields, message)
      } catch {
        // Nobody is left to tell.
      }
    }
  return { debug: safely('debug'), info: safely('info'), warn: safely('warn'), error: safely('error') }
}
