import type { Screen } from '../../../src/trial/output/screen.ts'

// oxlint-disable-next-line no-control-regex -- what a terminal acts upon
const TOKEN = /\u001B\[\??(\d*)([A-Za-z])|([\r\n])|([^\u001B\r\n])/gu

/** A terminal that understands what we write: it holds what a person would see, everything that was scrolled away included. */
export class EmulatedTerminal implements Screen {
  columns: number
  rows: number
  isCursorShown = true
  writeCount = 0
  readonly #listeners = new Set<() => void>()
  #lines: string[] = ['']
  #row = 0
  #column = 0

  constructor(columns: number, rows: number) {
    this.columns = columns
    this.rows = rows
  }

  /** Without the spaces at the ends of lines, and the empty lines at the end. */
  get text(): string {
    return this.#lines
      .map((line) => line.trimEnd())
      .join('\n')
      .trimEnd()
  }

  readonly write = (text: string): void => {
    this.writeCount++
    for (const [token, count, command, control, letter] of text.matchAll(TOKEN)) {
      if (control === '\r') this.#column = 0
      else if (control === '\n') this.#down()
      else if (letter !== undefined) this.#put(letter)
      else this.#obey(token, command ?? '', Number(count || 1))
    }
  }

  readonly onResize = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Lines that don't fit any more are broken, as terminals do; the cursor stays where it was in its text. */
  resize(columns: number, rows: number): void {
    const before = this.#lines.slice(0, this.#row)
    const after = this.#lines.slice(this.#row)
    const broken = (lines: readonly string[]): string[] => lines.flatMap((line) => breakLine(line.trimEnd(), columns))
    this.#lines = [...broken(before), ...broken(after)]
    this.#row = broken(before).length
    this.columns = columns
    this.rows = rows
    for (const listener of this.#listeners) listener()
  }

  #put(letter: string): void {
    if (this.#column === this.columns) {
      this.#down()
      this.#column = 0
    }
    const line = (this.#lines[this.#row] ?? '').padEnd(this.#column)
    this.#lines[this.#row] = line.slice(0, this.#column) + letter + line.slice(this.#column + 1)
    this.#column++
  }

  #down(): void {
    this.#row++
    this.#column = 0
    this.#lines[this.#row] ??= ''
  }

  #obey(token: string, command: string, count: number): void {
    if (command === 'A') this.#row = Math.max(0, this.#row - count)
    else if (command === 'K') this.#lines[this.#row] = (this.#lines[this.#row] ?? '').slice(0, this.#column)
    else if (command === 'J') {
      this.#lines[this.#row] = (this.#lines[this.#row] ?? '').slice(0, this.#column)
      this.#lines.length = this.#row + 1
    } else if (token.includes('?25')) this.isCursorShown = command === 'h'
    else if (command !== 'm' && !token.includes('?2026')) throw new Error(`${JSON.stringify(token)} is not understood`)
  }
}

function breakLine(line: string, columns: number): string[] {
  const parts = line.match(new RegExp(`.{1,${columns}}`, 'gu'))
  return parts === null ? [''] : [...parts]
}
