import type { Log } from '../../../src/core/log.ts'

export interface Line {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly event: unknown
  readonly fields: Readonly<Record<string, unknown>>
  readonly message: string
}

/** Keeps every line, and lets a test wait for one. */
export class HeardLog implements Log {
  readonly lines: Line[] = []
  readonly #waiting = new Set<() => void>()

  debug = this.#at('debug')
  info = this.#at('info')
  warn = this.#at('warn')
  error = this.#at('error')

  events(): readonly unknown[] {
    return this.lines.map(({ event }) => event)
  }

  /** The `count`-th line with this event, as soon as it is there. */
  async heard(event: string, count = 1): Promise<Line> {
    for (;;) {
      const line = this.lines.filter((said) => said.event === event)[count - 1]
      if (line !== undefined) return line
      await new Promise<void>((resolve) => this.#waiting.add(resolve))
    }
  }

  #at(level: Line['level']): (fields: object, message: string) => void {
    return (fields, message) => {
      this.lines.push({ level, event: (fields as Line).event, fields: fields as Line['fields'], message })
      for (const wake of this.#waiting) wake()
      this.#waiting.clear()
    }
  }
}
