import type { IncomingMessage, ServerResponse } from 'node:http'
import { systemClock } from '../../core/clock.ts'
import { type Answer, sendAnswer } from '../send-answer.ts'
import type { FromOffLoop } from './off-loop-messages.ts'

interface Waiting {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly giveUp: () => void
}

/** Requests that may wait for the main thread at a time; as many as there can be connections. 503 beyond it. */
const MAX_WAITING = 256
/** After the limit of the main thread itself, which says more: it is only for one that can say nothing. */
const LIMIT_MS = 11_000
const BUSY: Answer = { status: 503 }

/** Hands requests on to the main thread and sends what it answers; 503 where it can't answer in time. */
export class Forwarder {
  readonly #tell: (message: FromOffLoop) => void
  readonly #isStuck: () => boolean
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0

  constructor(tell: (message: FromOffLoop) => void, isStuck: () => boolean) {
    this.#tell = tell
    this.#isStuck = isStuck
  }

  forward(request: IncomingMessage, response: ServerResponse, mayKnow: boolean, body = ''): void {
    if (this.#waiting.size >= MAX_WAITING || this.#isStuck()) {
      sendAnswer(request, response, BUSY)
      return
    }
    const id = ++this.#lastId
    const cancel = systemClock.schedule(LIMIT_MS, () => this.answer(id, BUSY), { keepAlive: false })
    this.#waiting.set(id, { request, response, giveUp: cancel })
    response.once('close', () => {
      if (!this.#end(id)) return
      this.#tell({ kind: 'gone', id })
    })
    const { method = 'GET', url: target = '/', headers } = request
    this.#tell({ kind: 'request', id, method, target, headers: { ...headers }, body, mayKnow })
  }

  /** Sends the answer to a request, unless its client has gone. */
  answer(id: number, answer: Answer): void {
    const waiting = this.#end(id)
    if (waiting !== undefined) sendAnswer(waiting.request, waiting.response, answer)
  }

  #end(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    waiting?.giveUp()
    return waiting
  }
}
