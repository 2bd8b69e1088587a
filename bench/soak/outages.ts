import type { Clock } from '../../src/core/clock.ts'
import { sleep } from '../../src/core/wait.ts'
import { Random } from '../../src/load/random.ts'
import type { Fault } from '../../src/receiver/fault.ts'
import type { Receiver } from '../../src/receiver/receiver.ts'

const FAULTS: readonly Fault[] = [
  { kind: 'refuse' },
  { kind: 'reset' },
  { kind: 'blackhole' },
  { kind: 'slow', delay: '300ms' },
  { kind: 'status', httpStatus: 503, grpcCode: 14, retryAfter: '1s' },
]

/** Makes the collector fail for 1 to 5 s, each 8 to 25 s, until `signal` is aborted; then it works. @returns how often */
export async function keepFailing(
  receiver: Receiver,
  { clock, seed, signal }: { readonly clock: Clock; readonly seed: number; readonly signal: AbortSignal },
): Promise<number> {
  const random = new Random(seed)
  let count = 0
  const wait = (ms: number): Promise<void> => sleep(clock, ms, { signal })
  while (!signal.aborted) {
    await wait(8000 + random.below(17_000))
    if (signal.aborted) break
    count++
    await receiver.setFault(random.pick(FAULTS))
    await wait(1000 + random.below(4000))
    await receiver.setFault(undefined)
  }
  await receiver.setFault(undefined)
  return count
}
