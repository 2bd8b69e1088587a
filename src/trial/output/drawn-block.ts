import type { Screen } from './screen.ts'
import { widthOf } from './text-width.ts'

const ESC = '\u001B['
/** Terminals that know it show a drawing as a whole; the others pass it over. */
const [BEGIN, END] = [`${ESC}?2026h`, `${ESC}?2026l`]
const [HIDE_CURSOR, SHOW_CURSOR] = [`${ESC}?25l`, `${ESC}?25h`]
const [CLEAR_LINE, CLEAR_BELOW] = [`${ESC}K`, `${ESC}J`]

/** A line of a block: as it is drawn, and as it is without colour, which is what takes columns. */
export interface DrawnLine {
  readonly drawn: string
  readonly plain: string
}

/** The last lines of a terminal, drawn over themselves again and again. Lines must fit into its columns. */
export class DrawnBlock {
  readonly #screen: Screen
  #widths: readonly number[] = []
  #isBegun = false

  constructor(screen: Screen) {
    this.#screen = screen
  }

  draw(lines: readonly DrawnLine[]): void {
    const cursor = this.#isBegun ? '' : HIDE_CURSOR
    this.#isBegun = true
    const text = lines.map(({ drawn }) => `${drawn}${CLEAR_LINE}\n`).join('')
    this.#screen.write(`${BEGIN}${cursor}${this.#toTop()}${text}${CLEAR_BELOW}${END}`)
    this.#widths = lines.map(({ plain }) => widthOf(plain))
  }

  /** Takes the block away: what is printed next stands in its place. Safe to call again. */
  erase(): void {
    if (!this.#isBegun) return
    this.#screen.write(`${this.#toTop()}${CLEAR_BELOW}${SHOW_CURSOR}`)
    this.#isBegun = false
    this.#widths = []
  }

  /** A terminal that became narrower has broken long lines into several. */
  #toTop(): string {
    const columns = Math.max(1, this.#screen.columns)
    const rows = this.#widths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0)
    return rows === 0 ? '\r' : `\r${ESC}${Math.min(rows, Math.max(1, this.#screen.rows - 1))}A`
  }
}
