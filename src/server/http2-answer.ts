import type { ServerHttp2Stream } from 'node:http2'

const ANSWERS = ['respond', 'respondWithFD', 'respondWithFile'] as const

/** Calls `callback` right before the headers of the answer are written, if they are not yet. */
export function beforeAnswer(stream: ServerHttp2Stream, callback: () => void): void {
  if (stream.headersSent) return
  replaceAnswers(stream, (answer) => {
    callback()
    answer()
  })
}

/** Calls `callback` right after the headers of the answer were written, if they are not yet. */
export function afterAnswer(stream: ServerHttp2Stream, callback: () => void): void {
  if (stream.headersSent) return
  replaceAnswers(stream, (answer) => {
    answer()
    callback()
  })
}

function replaceAnswers(stream: ServerHttp2Stream, around: (answer: () => void) => void): void {
  for (const name of ANSWERS) {
    const original = stream[name].bind(stream) as (...args: unknown[]) => void
    let wasCalled = false
    stream[name] = (...args: unknown[]): void => {
      if (wasCalled) {
        original(...args)
        return
      }
      wasCalled = true
      around(() => original(...args))
    }
  }
}
