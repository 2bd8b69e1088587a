import type { Clock } from '../../../src/core/clock.ts'
import type { ExportOutcome } from '../../../src/telemetry/pipeline/export-outcome.ts'
import type { SendOptions, Transport } from '../../../src/telemetry/pipeline/transport.ts'

/** A request as it came: the names of its chunks. */
export interface SentBody {
  readonly chunks: readonly string[]
  readonly byteLength: number
  readonly at: number
}

type Answer = (body: SentBody, index: number) => ExportOutcome | Promise<ExportOutcome>

export const DELIVERED: ExportOutcome = { kind: 'delivered' }
export const DOWN: ExportOutcome = { kind: 'retry', reason: 'connection refused', isNobodyThere: true }

/** A collector that answers as a test says. It keeps what it has accepted. */
export class ScriptedTransport implements Transport {
  readonly bodies: SentBody[] = []
  readonly accepted: string[] = []
  /** Under way. */
  readonly sending = new Set<SentBody>()
  readonly #clock: Clock
  answer: Answer
  /** How long each answer takes. */
  latencyMs = 0
  inFlight = 0
  mostInFlight = 0
  isClosed = false

  constructor(clock: Clock, answer: Answer = () => DELIVERED) {
    this.#clock = clock
    this.answer = answer
  }

  async send(body: readonly Uint8Array[], { signal }: SendOptions): Promise<ExportOutcome> {
    const chunks = body.map(nameOf)
    const sent = {
      chunks,
      byteLength: body.reduce((sum, { byteLength }) => sum + byteLength, 0),
      at: this.#clock.now(),
    }
    const index = this.bodies.push(sent) - 1
    this.sending.add(sent)
    this.inFlight++
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight)
    let hasEnded = false
    // One that hangs for ever is over when it is aborted.
    const end = (): void => {
      if (!hasEnded) this.inFlight--
      hasEnded = true
      this.sending.delete(sent)
    }
    signal.addEventListener('abort', end)
    try {
      if (this.latencyMs > 0) await this.#wait(signal)
      if (signal.aborted) return { kind: 'retry', reason: 'aborted' }
      const outcome = await this.answer(sent, index)
      if (outcome.kind === 'delivered' && !signal.aborted) this.accepted.push(...chunks)
      return outcome
    } finally {
      end()
    }
  }

  close(): void {
    this.isClosed = true
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.schedule(this.latencyMs, resolve)
      signal.addEventListener('abort', () => {
        cancel()
        resolve()
      })
    })
  }
}

/** A chunk that is recognised by its name, which its bytes begin with. */
export function toBytes(name: string, byteLength: number): Uint8Array {
  const bytes = new Uint8Array(byteLength)
  bytes.set(Buffer.from(`${name}\0`).subarray(0, byteLength))
  return bytes
}

function nameOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return Buffer.from(bytes.subarray(0, end === -1 ? undefined : end)).toString()
}
