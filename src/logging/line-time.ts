const MS_PER_S = 1000

/**
 * The time of a line as pino's `isoTime` writes it, with the text of a second kept for the lines of that second: to make
 * it anew takes a third of a microsecond, more than all fields of most lines.
 */
export class LineTime {
  #second = Number.NaN
  #upToMs = ''

  /** The field `time` with the comma before it, as pino puts it into a line. */
  field(epochMs: number): string {
    const second = Math.floor(epochMs / MS_PER_S)
    if (second !== this.#second) {
      this.#upToMs = `,"time":"${new Date(second * MS_PER_S).toISOString().slice(0, -'000Z'.length)}`
      this.#second = second
    }
    const ms = epochMs - second * MS_PER_S
    return `${this.#upToMs}${ms < 10 ? '00' : ms < 100 ? '0' : ''}${ms}Z"`
  }
}
