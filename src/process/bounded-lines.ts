import type { Clock } from '../core/clock.ts'

/** A line that was kept, and what was not kept since the one before. */
export interface KeptLine {
  readonly text: string
  readonly droppedLines: number
  readonly droppedBytes: number
}

export interface BoundedLinesOptions {
  readonly clock: Clock
  readonly onLine: (line: KeptLine) => void
  /** Of a line; what is beyond is cut off. @default 16 KiB, as container runtimes do */
  readonly maxLineBytes?: number
  /** Kept at once. @default 20_000 lines */
  readonly burstLines?: number
  /** Kept at once. @default 8 MiB */
  readonly burstBytes?: number
  /** Which of the burst comes back in a second. @default a twentieth */
  readonly refillRatio?: number
}

const NEW_LINE = 10
const CARRIAGE_RETURN = 13

/**
 * Cuts bytes into lines and keeps a bounded part of them: a service that prints without end costs no memory, and what was
 * not kept is counted. The last line is always kept, because it often says why a service has ended.
 */
export class BoundedLines {
  readonly #options: Required<BoundedLinesOptions>
  #pieces: Buffer[] = []
  #length = 0
  #cutBytes = 0
  #lines: number
  #bytes: number
  #filledAt: number
  #droppedLines = 0
  #droppedBytes = 0
  #lastDropped: Buffer | undefined

  constructor(options: BoundedLinesOptions) {
    this.#options = {
      maxLineBytes: 16 * 1024,
      burstLines: 20_000,
      burstBytes: 8 * 1024 * 1024,
      refillRatio: 1 / 20,
      ...options,
    }
    this.#lines = this.#options.burstLines
    this.#bytes = this.#options.burstBytes
    this.#filledAt = options.clock.now()
  }

  push(bytes: Buffer): void {
    this.#refill()
    let from = 0
    while (from < bytes.length) {
      const end = bytes.indexOf(NEW_LINE, from)
      this.#gather(bytes.subarray(from, end === -1 ? bytes.length : end))
      if (end === -1) return
      this.#finishLine()
      from = end + 1
    }
  }

  /** Ends the last line, if it did not end by itself, and keeps it. */
  end(): void {
    if (this.#length > 0 || this.#cutBytes > 0) this.#finishLine()
    if (this.#lastDropped === undefined) return
    const line = this.#lastDropped
    this.#droppedLines--
    this.#droppedBytes -= line.length
    this.#keep(line)
  }

  #gather(piece: Buffer): void {
    const room = this.#options.maxLineBytes - this.#length
    const kept = piece.subarray(0, room)
    if (kept.length > 0) this.#pieces.push(kept)
    this.#length += kept.length
    this.#cutBytes += piece.length - kept.length
  }

  #finishLine(): void {
    const whole = this.#pieces.length === 1 ? (this.#pieces[0] as Buffer) : Buffer.concat(this.#pieces)
    const line = whole.at(-1) === CARRIAGE_RETURN ? whole.subarray(0, -1) : whole
    this.#droppedBytes += this.#cutBytes
    this.#pieces = []
    this.#length = 0
    this.#cutBytes = 0
    if (this.#lines >= 1 && this.#bytes >= line.length) this.#keep(line)
    else {
      this.#droppedLines++
      this.#droppedBytes += line.length
      this.#lastDropped = line
    }
  }

  #keep(line: Buffer): void {
    this.#lines--
    this.#bytes -= line.length
    const dropped = { droppedLines: this.#droppedLines, droppedBytes: this.#droppedBytes }
    this.#droppedLines = 0
    this.#droppedBytes = 0
    this.#lastDropped = undefined
    this.#options.onLine({ text: line.toString('utf8'), ...dropped })
  }

  #refill(): void {
    const { clock, burstLines, burstBytes, refillRatio } = this.#options
    const now = clock.now()
    const share = ((now - this.#filledAt) / 1000) * refillRatio
    this.#filledAt = now
    this.#lines = Math.min(burstLines, this.#lines + share * burstLines)
    this.#bytes = Math.min(burstBytes, this.#bytes + share * burstBytes)
  }
}
