import type { WriteStream } from 'node:tty'
import type { Screen } from '../trial/output/screen.ts'

/** What a terminal without a size is taken for. */
const [USUAL_COLUMNS, USUAL_ROWS] = [80, 24]

export function toScreen(stream: WriteStream): Screen {
  return {
    get columns() {
      return stream.columns || USUAL_COLUMNS
    },
    get rows() {
      return stream.rows || USUAL_ROWS
    },
    write: (text) => void stream.write(text),
    onResize(listener) {
      stream.on('resize', listener)
      return () => void stream.off('resize', listener)
    },
  }
}
