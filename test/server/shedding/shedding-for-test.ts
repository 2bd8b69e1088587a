import { OptionReader } from '../../../src/core/option-reader.ts'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import type { Log } from '../../../src/core/log.ts'
import type { ListenerGuard } from '../../../src/server/shedding/listener-guard.ts'
import { LoadShedding, type SheddingHost } from '../../../src/server/shedding/load-shedding.ts'
import type { MemoryUse } from '../../../src/server/shedding/memory-use.ts'
import { readShedding, type SheddingOptions } from '../../../src/server/shedding/shedding-options.ts'
import { settle, type SheddingSettings } from '../../../src/server/shedding/shedding-settings.ts'

export interface LoggedLine {
  readonly level: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly message: string
}

export interface SheddingUnderTest {
  readonly shedding: LoadShedding
  readonly guard: ListenerGuard
  readonly clock: ManualClock
  readonly lines: readonly LoggedLine[]
  /** What the process is said to use of its memory; of it, 1000 MiB are the limit of the control group. */
  readonly memory: { mebibytes: number; limitMebibytes: number | undefined; heapPercent: number }
  /** What the next decisions by chance come to: below the share is refused. */
  readonly chance: { next: number }
}

export const MEBIBYTE = 1_048_576

export function settingsOf(options: SheddingOptions | true): SheddingSettings {
  const read = new OptionReader({ shedding: options }, 'a test')
  const words = readShedding(read)
  read.done()
  if (words === undefined || words === false) throw new Error('expected something to be said')
  return settle([words])
}

/** Load shedding of a listener "web", on a clock and a memory that a test has in its hands. */
export function sheddingForTest(options: SheddingOptions, host: Partial<SheddingHost> = {}): SheddingUnderTest {
  const clock = new ManualClock()
  const lines: LoggedLine[] = []
  const write =
    (level: string) =>
    (fields: object, message: string): void =>
      void lines.push({ level, fields: fields as LoggedLine['fields'], message })
  const log: Log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
  const memory: SheddingUnderTest['memory'] = { mebibytes: 100, limitMebibytes: 1000, heapPercent: 10 }
  const chance = { next: 0 }
  const use: MemoryUse = {
    residentBytes: () => memory.mebibytes * MEBIBYTE,
    limitBytes: () => (memory.limitMebibytes === undefined ? undefined : memory.limitMebibytes * MEBIBYTE),
    heapPercent: () => memory.heapPercent,
  }
  const shedding = new LoadShedding({ clock, logFor: () => log, ...host }, { memory: use, random: () => chance.next })
  return { shedding, guard: shedding.guard('web', settingsOf(options)), clock, lines, memory, chance }
}
