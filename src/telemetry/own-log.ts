import type { Log } from '../core/log.ts'

/** The log that telemetry writes to of itself. It knows while it is writing: the line then comes back to be sent. */
export class OwnLog implements Log {
  readonly #log: Log
  #depth = 0

  constructor(log: Log) {
    this.#log = log
  }

  /** Whether a line is being written at this moment, so that what is logged now is telemetry's own. */
  get isWriting(): boolean {
    return this.#depth > 0
  }

  debug(fields: object, message: string): void {
    this.#write('debug', fields, message)
  }

  info(fields: object, message: string): void {
    this.#write('info', fields, message)
  }

  warn(fields: object, message: string): void {
    this.#write('warn', fields, message)
  }

  error(fields: object, message: string): void {
    this.#write('error', fields, message)
  }

  #write(level: keyof Log, fields: object, message: string): void {
    this.#depth++
    try {
      this.#log[level](fields, message)
    } finally {
      this.#depth--
    }
  }
}
