import { type Http2Result, RawHttp2Connection } from '../../../load/http2-client.ts'
import type { RequestEvent, TrialOutcome } from '../../history/client-events.ts'
import type { Target } from '../loads-options.ts'
import type { Client } from './client.ts'
import { toHttp2Headers } from './http2-headers.ts'
import type { LoadContext } from './load-context.ts'
import type { PreparedRequest } from './prepare-request.ts'
import { recordRequest } from './record-request.ts'

/** One session of HTTP/2, with everything about it written into the history. */
export class ClientSession implements Client {
  readonly id: number
  readonly #context: LoadContext
  readonly #target: Target | undefined
  readonly #raw: RawHttp2Connection | undefined
  /** What the requests that still wait are called when this end gives them up. */
  #whenClosed: TrialOutcome | undefined
  #closedBy: 'client' | 'service' = 'service'
  #wasOpened = false

  constructor(context: LoadContext) {
    this.#context = context
    this.id = context.nextConnectionId()
    const { history } = context
    const target = context.target()
    this.#target = target
    if (target === undefined) return
    const raw = new RawHttp2Connection(context.wireTo(target))
    this.#raw = raw
    context.open.add(this)
    const pod = target.pod === undefined ? {} : { pod: target.pod }
    raw.onOpened = () => {
      this.#wasOpened = true
      history.add({ kind: 'session', id: this.id, what: 'opened', ...pod })
    }
    raw.onGoaway = (errorCode, lastStreamId) =>
      history.add({ kind: 'session', id: this.id, what: 'goaway', errorCode, lastStreamId, ...pod })
    void raw.closed.then(() => {
      context.open.delete(this)
      if (this.#wasOpened) history.add({ kind: 'session', id: this.id, what: 'closed', by: this.#closedBy, ...pod })
      else history.add({ kind: 'session', id: this.id, what: 'refused', ...pod })
    })
  }

  get isUsable(): boolean {
    return this.#raw?.isUsable === true
  }

  /** Makes the session without a stream; true when it stands. */
  connect(): Promise<boolean> {
    return this.#raw?.connect() ?? Promise.resolve(false)
  }

  /** Opens a stream. Resolves with what became of it, and never rejects. */
  async send(prepared: PreparedRequest, intendedAt: number): Promise<RequestEvent> {
    const startedAt = this.#context.clock.now()
    const result: Http2Result = this.#raw?.isUsable === true ? await this.#raw.request(ofHttp2(prepared)) : NOBODY
    return recordRequest(this.#context, prepared, {
      protocol: 'h2',
      result,
      outcome: this.#outcomeOf(result),
      intendedAt,
      startedAt,
      connection: this.id,
      ...(this.#target?.pod === undefined ? {} : { pod: this.#target.pod }),
    })
  }

  close(): void {
    this.#closedBy = 'client'
    this.#raw?.close()
  }

  /** Says RST_STREAM with CANCEL, which is how a client of HTTP/2 gives up: the session would go on. */
  giveUp(): void {
    this.#whenClosed = 'aborted'
    this.#raw?.cancel()
  }

  abandon(): void {
    this.#whenClosed = 'unsettled'
    this.#closedBy = 'client'
    this.#raw?.close()
  }

  /** A stream that a GOAWAY kept from being sent, and one that the server says it has not touched, may be sent again. */
  #outcomeOf({ outcome, isRetrySafe, resetCode, reuse }: Http2Result): TrialOutcome {
    if (outcome === 'answered') return outcome
    if (this.#whenClosed !== undefined) return this.#whenClosed
    if (isRetrySafe) return 'refused-stream'
    if (outcome === 'refused') {
      if ((this.#raw?.goaways.length ?? 0) > 0) return 'refused-stream'
      if (!this.#wasOpened) return 'refused'
      return reuse === 0 ? 'reset-fresh' : 'reset-reused'
    }
    return resetCode === undefined || outcome === 'timeout' ? outcome : 'stream-error'
  }
}

const NOBODY: Http2Result = {
  outcome: 'refused',
  isRetrySafe: false,
  saidClose: false,
  reuse: 0,
  tookMs: 0,
  errorCode: 'NO_ENDPOINT',
}

function ofHttp2({ request }: PreparedRequest): PreparedRequest['request'] {
  return { ...request, headers: toHttp2Headers(request.headers ?? {}) }
}
