import type { WriteStream } from 'node:tty'

/** Progress on one line that is written over on a terminal, and as a line every few seconds elsewhere. */
export interface Progress {
  readonly show: (text: string) => void
  /** A line that stays. */
  readonly line: (text: string) => void
  readonly clear: () => void
}

/** How often a log that is read later gets a line of progress. */
const PLAIN_INTERVAL_MS = 2000

export function createProgress(stream: WriteStream | NodeJS.WritableStream): Progress {
  const isTerminal = 'isTTY' in stream && stream.isTTY
  let lastAt = Number.NEGATIVE_INFINITY
  let lastWords = ''
  const clear = (): void => void (isTerminal && stream.write('\r\u001B[K'))
  return {
    clear,
    line(text) {
      clear()
      stream.write(`${text}\n`)
    },
    show(text) {
      if (isTerminal) {
        stream.write(`\r\u001B[K… ${text}`)
        return
      }
      // What says something new is shown at once; the same words with other figures, now and then.
      const words = text.replace(/\d+/g, '#')
      if (words !== lastWords || performance.now() - lastAt > PLAIN_INTERVAL_MS) {
        lastWords = words
        lastAt = performance.now()
        stream.write(`… ${text}\n`)
      }
    },
  }
}
