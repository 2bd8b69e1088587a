import { RawConnection } from '../../../load/raw-client.ts'
import { encodeRequest, type RawResult } from '../../../load/raw-request.ts'
import type { RequestEvent, TrialOutcome } from '../../history/client-events.ts'
import type { Target } from '../loads-options.ts'
import type { Client } from './client.ts'
import type { LoadContext } from './load-context.ts'
import { type PreparedRequest } from './prepare-request.ts'
import { recordRequest } from './record-request.ts'
import { authorityOf } from '../../../load/authority-of.ts'

/** A request whose bytes are put on the wire a piece at a time. */
export interface BegunRequest {
  /** Resolves with what became of it, and never rejects. */
  readonly settled: Promise<RequestEvent>
  readonly write: (bytes: Buffer) => void
}

/** One connection of a load, with everything about it written into the history. */
export class ClientConnection implements Client {
  readonly id: number
  readonly #context: LoadContext
  readonly #target: Target | undefined
  readonly #raw: RawConnection | undefined
  /** What the requests that still wait are called when this end closes. */
  #whenClosed: TrialOutcome | undefined
  #requestCount = 0

  constructor(context: LoadContext, load: string, options: { readonly readBytesPerSecond?: number } = {}) {
    this.#context = context
    this.id = context.nextConnectionId()
    const target = context.target()
    this.#target = target
    if (target === undefined) return
    const raw = new RawConnection({ ...context.wireTo(target), ...options })
    this.#raw = raw
    context.open.add(this)
    const pod = target.pod === undefined ? {} : { pod: target.pod }
    let wasOpened = false
    raw.onOpened = () => {
      wasOpened = true
      context.history.add({ kind: 'connection', id: this.id, load, what: 'opened', ...pod })
    }
    raw.onClosed = () => {
      context.open.delete(this)
      if (!wasOpened) return
      const { closedBy: by = 'service' } = raw
      context.history.add({ kind: 'connection', id: this.id, load, what: 'closed', by, ...pod })
    }
  }

  get isUsable(): boolean {
    return this.#raw?.isUsable === true
  }

  /** Makes the connection without a request; true when it stands. */
  connect(): Promise<boolean> {
    return this.#raw?.connect() ?? Promise.resolve(false)
  }

  /** Sends it as a whole. @param intendedAt when it was due, on the scale of the clock */
  send(prepared: PreparedRequest, intendedAt: number): Promise<RequestEvent> {
    const begun = this.begin(prepared, intendedAt)
    begun.write(this.encode(prepared))
    return begun.settled
  }

  /** The bytes of the whole request. */
  encode({ request }: PreparedRequest): Buffer {
    const { host, port } = this.#target ?? { host: 'nobody', port: 0 }
    return encodeRequest(request, authorityOf(host, port))
  }

  /** Begins with it; its bytes are written by the caller. */
  begin(prepared: PreparedRequest, intendedAt: number): BegunRequest {
    const raw = this.#raw
    const startedAt = this.#context.clock.now()
    // A keep-alive connection may have ended between the look and the request; nothing was sent then.
    const answer = raw?.isUsable === true ? raw.expect(prepared.request) : Promise.resolve(this.#nobodyThere())
    this.#requestCount++
    return {
      settled: answer.then((result) => this.#record(prepared, result, intendedAt, startedAt)),
      write: (bytes) => {
        if (raw?.isUsable === true) raw.send(bytes)
      },
    }
  }

  /** Closes as a client does that has what it wanted. */
  close(): void {
    this.#raw?.close()
  }

  /** Goes away in the middle of a request, on purpose. */
  giveUp(): void {
    this.#whenClosed = 'aborted'
    this.#raw?.close()
  }

  abandon(): void {
    this.#whenClosed = 'unsettled'
    this.#raw?.close()
  }

  #record(prepared: PreparedRequest, result: RawResult, intendedAt: number, startedAt: number): RequestEvent {
    const isOurs = result.outcome !== 'answered' && this.#whenClosed !== undefined
    return recordRequest(this.#context, prepared, {
      protocol: 'http/1.1',
      result,
      ...(isOurs && this.#whenClosed !== undefined ? { outcome: this.#whenClosed } : {}),
      intendedAt,
      startedAt,
      connection: this.id,
      ...(this.#target?.pod === undefined ? {} : { pod: this.#target.pod }),
    })
  }

  #nobodyThere(): RawResult {
    return { outcome: 'refused', saidClose: false, reuse: this.#requestCount, tookMs: 0, errorCode: 'NO_ENDPOINT' }
  }
}
