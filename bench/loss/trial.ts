import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Clock } from '../../src/core/clock.ts'
import { sleep } from '../../src/core/wait.ts'
import { OwnedProcess } from '../../src/process/owned-process.ts'
import { stopProcess } from '../../src/process/stop-process.ts'
import { onFullDisk } from './full-disk.ts'
import { keepBusy } from './busy-clients.ts'
import { countedDrops, Ledger, lostSilently } from './account.ts'
import { assertDiskFull, assertWorked, FaultProof } from './proof.ts'
import type { Scenario } from './scenarios.ts'
import {
  FULL_DISK_KIB,
  HEALTHY_MS,
  OUTAGE_AFTER_RESTART_MS,
  REPLAY_LIMIT_MS,
  START_LIMIT_MS,
  STOP_LIMIT_MS,
} from './settings.ts'
import { Sink } from './sink.ts'
import type { Variant } from './variants.ts'

export interface Trial {
  readonly variant: Variant
  readonly scenario: Scenario
  /** Factor on the times of the scenario. */
  readonly scale: number
}

export interface TrialResult {
  readonly created: number
  readonly delivered: number
  /** Spans that came more than once. */
  readonly duplicates: number
  readonly droppedCounted: number
  readonly lostSilently: number
  /** How many of the created are of the last 200 ms. */
  readonly createdInWindow: number
  /** From what ended it to the end of the process. */
  readonly shutdownMs: number
  /** 128 plus the number of a signal. */
  readonly exitCode: number
  /** It did not end within the limit. */
  readonly wasKilled: boolean
  /** How many were there when the first process had ended, before the next one began. */
  readonly deliveredByFirst: number
}

const SERVICES = fileURLToPath(new URL('./services/', import.meta.url))
const POLL_MS = 20
const SIGNAL_NUMBERS: Readonly<Record<string, number>> = { SIGKILL: 9, SIGTERM: 15, SIGSEGV: 11, SIGABRT: 6 }

/**
 * One life of a service and, where something is missing after it, the next one: idle, with the same directory for what the
 * first left behind. Ends only what it started.
 */
export async function runTrial(
  { variant, scenario, scale }: Trial,
  clock: Clock,
  abort: AbortSignal,
): Promise<TrialResult> {
  const spoolDir = mkdtempSync(join(tmpdir(), 'bench-loss-'))
  const wait = (ms: number): Promise<void> => sleep(clock, ms, { signal: abort })
  const { fault, end } = scenario
  try {
    await using sink = new Sink()
    const { endpoint } = await sink.receiver.start()
    const faultMs = scenario.faultMs === undefined ? undefined : scenario.faultMs * scale
    const tailMs = scenario.tailMs * scale
    const endAfterMs = HEALTHY_MS + (faultMs ?? 0) + tailMs
    const life = { variant, clock, endpoint, spoolDir, abort, isDiskFull: scenario.isDiskFull === true }
    await using first = await begin({
      ...life,
      ratePerS: scenario.ratePerS,
      end,
      endAfterMs,
      isServer: scenario.isServer === true,
    })
    const { port } = first.ledger
    const clients = port === undefined ? undefined : keepBusy(port, abort)
    await wait(HEALTHY_MS)
    await sink.receiver.setFault(fault)
    const proof = new FaultProof(sink, scenario)
    const beginning = fault === undefined ? undefined : proof.begin(clock, abort)
    if (faultMs !== undefined) {
      await wait(faultMs)
      proof.end()
      if (scenario.isDiskFull === true && variant.isOurs)
        assertDiskFull(first.owned.pid, spoolDir, FULL_DISK_KIB * 1024)
      await sink.receiver.setFault(undefined)
    }
    const ended = await endLife(first, scenario, { clock, tailMs, abort })
    if (faultMs === undefined) proof.end()
    await beginning
    await clients
    const { created } = first.ledger
    if (!abort.aborted) {
      proof.assertMet(sink.receiver)
      assertWorked(created, scenario, endAfterMs)
    }
    const deliveredByFirst = sink.delivered
    let dropped = first.dropped()
    if (sink.delivered < created && !abort.aborted) {
      await using next = await begin({ ...life, isDiskFull: false, ratePerS: 0, end: 'SIGTERM', endAfterMs: 0 })
      if (sink.receiver.fault !== undefined) {
        await wait(OUTAGE_AFTER_RESTART_MS)
        await sink.receiver.setFault(undefined)
      }
      const until = clock.now() + REPLAY_LIMIT_MS
      while (sink.delivered < created && clock.now() < until && !abort.aborted) await wait(POLL_MS)
      await stopProcess(next.owned, { clock, limitMs: STOP_LIMIT_MS })
      dropped += next.dropped()
    }
    const { delivered, duplicates } = sink
    return {
      created,
      delivered,
      duplicates,
      droppedCounted: dropped,
      lostSilently: lostSilently({ created, delivered, droppedCounted: dropped }),
      createdInWindow: first.ledger.createdInWindow(),
      ...ended,
      deliveredByFirst,
    }
  } finally {
    rmSync(spoolDir, { recursive: true, force: true })
  }
}

interface Life {
  readonly owned: OwnedProcess
  readonly ledger: Ledger
  readonly dropped: () => number
  [Symbol.asyncDispose](): Promise<void>
}

async function begin(options: {
  readonly variant: Variant
  readonly clock: Clock
  readonly endpoint: string
  readonly spoolDir: string
  readonly abort: AbortSignal
  readonly isDiskFull: boolean
  readonly ratePerS: number
  readonly end: Scenario['end']
  readonly endAfterMs: number
  readonly isServer?: boolean
}): Promise<Life> {
  const { variant, clock, isDiskFull, spoolDir, end } = options
  const ledger = new Ledger()
  let dropped = 0
  const lastLines: string[] = []
  const node = [process.execPath, '--disable-warning=ExperimentalWarning']
  const conditions = variant.isOurs ? ['--conditions=seaworthy-source'] : []
  const command = [...(isDiskFull ? onFullDisk() : []), ...node, ...conditions, variant.service]
  const owned = await OwnedProcess.start({
    command: command[0] ?? '',
    args: command.slice(1),
    cwd: SERVICES,
    clock,
    env: {
      PATH: process.env['PATH'],
      OTEL_EXPORTER_OTLP_ENDPOINT: options.endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: variant.protocol,
      OTEL_SERVICE_NAME: 'bench-loss',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      SEAWORTHY_SPOOL_DIR: spoolDir,
      ...(options.isServer === true ? { LOSS_SERVER: '1' } : {}),
      LOSS_RATE: String(options.ratePerS),
      LOSS_END: end === 'SIGTERM' || end === 'SIGKILL' ? 'signal' : end,
      LOSS_END_AFTER_MS: String(options.endAfterMs),
    },
    onLine(line) {
      if (ledger.read(line)) return
      dropped += countedDrops(line)
      lastLines.push(line.slice(0, 500))
      if (lastLines.length > 10) lastLines.shift()
    },
  })
  const life = { owned, ledger, dropped: () => dropped, [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() }
  const until = clock.now() + START_LIMIT_MS
  while (!ledger.isReady && clock.now() < until && !options.abort.aborted) await sleep(clock, POLL_MS)
  if (ledger.isReady) return life
  await owned[Symbol.asyncDispose]()
  throw new Error(`${variant.name} did not begin: ${lastLines.join('\n')}`)
}

async function endLife(
  { owned, ledger }: Life,
  { end }: Scenario,
  { clock, tailMs, abort }: { readonly clock: Clock; readonly tailMs: number; readonly abort: AbortSignal },
): Promise<Pick<TrialResult, 'shutdownMs' | 'exitCode' | 'wasKilled'>> {
  if (end === 'SIGTERM' || end === 'SIGKILL') {
    const tail = new AbortController()
    const early = owned.exit.then((exit) => {
      tail.abort()
      return exit
    })
    await sleep(clock, tailMs, { signal: AbortSignal.any([abort, tail.signal]) })
    if (tail.signal.aborted) throw new Error(`it ended by itself, with ${codeOf(await early)}`)
    const stop = await stopProcess(owned, { clock, limitMs: STOP_LIMIT_MS, signal: end })
    return { shutdownMs: Math.round(stop.tookMs), exitCode: codeOf(stop), wasKilled: stop.wasKilled }
  }
  let wasKilled = false
  const cancel = clock.schedule(tailMs + STOP_LIMIT_MS, () => {
    wasKilled = owned.signal('SIGKILL')
  })
  const exit = await owned.exit
  cancel()
  // Without it there is no telling how long the end took, nor whether it is the one that was meant.
  if (ledger.endingAtMs === undefined) throw new Error(`it ended by itself, with ${codeOf(exit)}`)
  return { shutdownMs: Math.max(0, Date.now() - ledger.endingAtMs), exitCode: codeOf(exit), wasKilled }
}

function codeOf({ code, signal }: { readonly code: number | null; readonly signal: NodeJS.Signals | null }): number {
  return code ?? 128 + (SIGNAL_NUMBERS[signal ?? ''] ?? 0)
}
