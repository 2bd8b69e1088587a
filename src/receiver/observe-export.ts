import type { Signal } from '../otlp/model.ts'
import type { EndedExport, OnExport } from './ended-export.ts'
import type { FaultyIntake } from './intake.ts'
import type { Exchange } from './exchange.ts'
import type { FaultKind } from './fault.ts'
import { isFailure } from './failure.ts'

/** The same intake, which tells the listener when this request has come to its end, and what was taken in of it. */
export function observeExport(
  { response }: Exchange,
  intake: FaultyIntake,
  onExport: OnExport,
  { signal, fault }: { readonly signal: Signal; readonly fault: FaultKind | undefined },
): FaultyIntake {
  const { clock, ingest } = intake
  const startedAtMs = clock.now()
  let taken: Pick<EndedExport, 'transport' | 'byteCount' | 'itemCount'> = {
    transport: 'unknown',
    byteCount: 0,
    itemCount: 0,
  }
  response.once('close', () =>
    onExport({ signal, ...taken, startedAtMs, endedAtMs: clock.now(), ...(fault === undefined ? {} : { fault }) }),
  )
  return {
    ...intake,
    ingest: {
      async accept(of, transport, bytes, respond) {
        let itemCount = 0
        const outcome = await ingest.accept(of, transport, bytes, respond, (count) => (itemCount = count))
        taken = { transport, byteCount: bytes.byteLength, itemCount: isFailure(outcome) ? 0 : itemCount }
        return outcome
      },
      reject: (...rejected) => {
        taken = { ...taken, transport: rejected[1] }
        return ingest.reject(...rejected)
      },
    },
  }
}
