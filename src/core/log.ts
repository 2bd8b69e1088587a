/** How every part writes a log line: fields first, then the message, as pino takes them. A pino logger is one. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Writes nothing: the default of parts that can be used alone. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }
