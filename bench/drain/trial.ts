import { randomUUID } from 'node:crypto'
import type { Clock } from '../../src/core/clock.ts'
import { sleep } from '../../src/core/wait.ts'
import { countOutcomes, type OutcomeCounts } from '../../src/load/outcome-counts.ts'
import type { KeptConnection } from '../../src/load/steady-client.ts'
import { RawWebSocket } from '../../src/load/raw-web-socket.ts'
import { isHttp2, openClient } from './open-client.ts'
import { type JournalEntry, RequestJournal } from '../../src/load/request-journal.ts'
import { freePort } from '../../src/process/free-port.ts'
import { OwnedProcess } from '../../src/process/owned-process.ts'
import { stopProcess } from '../../src/process/stop-process.ts'
import { waitForPort } from '../../src/process/wait-for-port.ts'
import type { Play, Scenario, Stage } from './scenario.ts'
import { watchStandstill } from './standstill.ts'
import { Random } from '../../src/load/random.ts'
import {
  BUSY_CLIENTS,
  DRAIN_DELAY_MS,
  ENDPOINT_LAG_MS,
  MAX_ATTEMPTS,
  PATIENCE_MS,
  REQUEST_TIMEOUT_MS,
  STANDSTILL_LIMIT_MS,
  START_LIMIT_MS,
  STOP_LIMIT_MS,
  WORK_MS,
} from './settings.ts'
import { commandOf, type Variant } from './variants.ts'

/** One start and one stop of one service. */
export interface Trial {
  readonly variant: Variant
  readonly scenario: Scenario
  readonly wireDelayMs: number
  readonly seed: number
}

/** A request that was lost, with what is known about its moment; times are from SIGTERM, in milliseconds. */
export interface Loss {
  readonly outcome: string
  readonly client: string
  readonly reuse: number
  readonly sentMs: number
  readonly settledMs: number
  readonly onWireMs?: number
  readonly serverClosedMs?: number
  readonly errorCode?: string
}

export interface TrialResult {
  readonly counts: OutcomeCounts
  /** Of those, sent after SIGTERM and answered. */
  readonly answeredAfterSignal: number
  /** Connections refused when it does not count any more. */
  readonly lateRefusals: number
  /** As the clients see it, at SIGTERM. */
  readonly inFlightAtSignal: number
  readonly idleAtSignal: number
  /** How often it had to be done until the precondition held; it did not even then when `isValid` is false. */
  readonly attempts: number
  readonly isValid: boolean
  /** How long the clients stood still at most, all at a time, after SIGTERM. Older measurements don't have it. */
  readonly standstillMs?: number
  /** The exit code; 128 plus the number of the signal that ended it, 137 where that was ours at the limit. */
  readonly exitCode: number
  readonly wasKilled: boolean
  readonly stopMs: number
  /** At most {@link MAX_LOSSES}. */
  readonly losses: readonly Loss[]
}

const MAX_LOSSES = BUSY_CLIENTS
const KEPT_LINES = 20
const HOST = '127.0.0.1'
const SIGNAL_NUMBERS: Readonly<Record<string, number>> = { SIGKILL: 9, SIGTERM: 15, SIGSEGV: 11, SIGABRT: 6 }

/**
 * Runs a trial; again, at most three times in all, when its precondition did not hold, or when the service did not start
 * (its port can be taken between the choice and the start).
 */
export async function runTrial(trial: Trial, clock: Clock, abort: AbortSignal): Promise<TrialResult> {
  for (let attempts = 1; ; attempts++) {
    const isLast = attempts === MAX_ATTEMPTS || abort.aborted
    try {
      const result = await attempt(trial, clock, abort, attempts)
      if (result.isValid || isLast) return result
    } catch (error) {
      if (isLast) throw error
    }
  }
}

async function attempt(
  { variant, scenario, wireDelayMs, seed }: Trial,
  clock: Clock,
  abort: AbortSignal,
  attempts: number,
): Promise<TrialResult> {
  const port = await freePort()
  const token = randomUUID()
  const lines: string[] = []
  const ended = new AbortController()
  const { args, cwd } = commandOf(variant)
  await using owned = await OwnedProcess.start({
    command: process.execPath,
    args,
    cwd,
    clock,
    env: environment(variant, port, token),
    onLine: (line) => {
      lines.push(line)
      if (lines.length > KEPT_LINES) lines.shift()
    },
  })
  void owned.exit.then(() => ended.abort())
  const where = { clock, host: HOST, port, wireDelayMs }
  const connect = (): KeptConnection => openClient(variant.kind, where)
  await untilItAnswers(connect, port, token, clock, AbortSignal.any([ended.signal, abort]), () => lines.join('\n'))

  const journal = new RequestJournal(clock)
  const lag = new AbortController()
  const patience = new AbortController()
  const random = new Random(seed)
  const stage: Stage = {
    clock,
    journal,
    connect,
    openWebSocket: () => new RawWebSocket({ ...where, message: 'ahoy' }),
    lastOne: isHttp2(variant.kind) ? {} : { Connection: 'close' },
    random: () => random.ratio(),
    lag: lag.signal,
    patience: patience.signal,
  }
  const play = await scenario.begin(stage)

  const inFlightAtSignal = journal.inFlight
  const idleAtSignal = play.idle()
  const signalAt = clock.now()
  const standstill = watchStandstill(clock)
  const stopping = stopProcess(owned, { clock, limitMs: STOP_LIMIT_MS })
  const cancels = [
    clock.schedule(ENDPOINT_LAG_MS, () => lag.abort()),
    clock.schedule(PATIENCE_MS, () => patience.abort()),
  ]
  await settled(play, clock)
  const stop = await stopping
  for (const cancel of cancels) cancel()
  const standstillMs = standstill()

  const counts = (entry: JournalEntry): boolean => scenario.counts(entry, entry.startedAt - signalAt)
  const counted = journal.entries.filter(counts)
  const { precondition } = scenario
  return {
    counts: countOutcomes(counted),
    answeredAfterSignal: counted.filter((entry) => entry.startedAt >= signalAt && isAnswered(entry)).length,
    lateRefusals: journal.entries.filter((entry) => entry.result?.outcome === 'refused' && !counts(entry)).length,
    inFlightAtSignal,
    idleAtSignal,
    attempts,
    standstillMs,
    isValid:
      standstillMs < STANDSTILL_LIMIT_MS &&
      inFlightAtSignal >= precondition.inFlight &&
      idleAtSignal >= precondition.idle &&
      !counted.some((entry) => !isAnswered(entry) && endedBefore(entry, signalAt)),
    exitCode: stop.code ?? 128 + (SIGNAL_NUMBERS[stop.signal ?? ''] ?? 0),
    wasKilled: stop.wasKilled,
    stopMs: Math.round(stop.tookMs),
    losses: counted
      .filter((entry) => !isAnswered(entry))
      .slice(0, MAX_LOSSES)
      .map((entry) => toLoss(entry, signalAt)),
  }
}

function environment({ env }: Variant, port: number, token: string): Readonly<Record<string, string | undefined>> {
  const { PATH, HOME, TMPDIR } = process.env
  return {
    PATH,
    HOME,
    TMPDIR,
    NODE_ENV: 'production',
    PORT: String(port),
    BENCH_TOKEN: token,
    BENCH_DRAIN_DELAY_MS: String(DRAIN_DELAY_MS),
    SEAWORTHY_DRAIN_DELAY: `${DRAIN_DELAY_MS}ms`,
    SEAWORTHY_ADMIN_PORT: '0',
    // Nobody receives telemetry here.
    OTEL_SDK_DISABLED: 'true',
    ...env,
  }
}

async function untilItAnswers(
  connect: () => KeptConnection,
  port: number,
  token: string,
  clock: Clock,
  signal: AbortSignal,
  output: () => string,
): Promise<void> {
  const until = clock.now() + START_LIMIT_MS
  if (await waitForPort({ clock, host: HOST, port, limitMs: START_LIMIT_MS, signal })) {
    while (!signal.aborted && clock.now() < until) {
      const connection = connect()
      const { status, body } = await connection.request({ path: `/wait/${WORK_MS}`, timeoutMs: START_LIMIT_MS })
      connection.close()
      if (status === 200 && body?.includes(token) === true) return
      await sleep(clock, 50, { signal })
    }
  }
  throw new Error(`It did not answer within ${START_LIMIT_MS} ms. It said:\n${output()}`)
}

/** Waits for the clients, at most as long as they can take. */
async function settled(play: Play, clock: Clock): Promise<void> {
  const done = new AbortController()
  const limit = sleep(clock, PATIENCE_MS + REQUEST_TIMEOUT_MS + 2000, { signal: done.signal })
  await Promise.race([play.goOn(), limit])
  done.abort()
}

function isAnswered({ result }: JournalEntry): boolean {
  return result?.outcome === 'answered'
}

function endedBefore({ startedAt, result }: JournalEntry, at: number): boolean {
  return result !== undefined && startedAt + result.tookMs < at
}

function toLoss({ client, startedAt, result }: JournalEntry, signalAt: number): Loss {
  const fromSignal = (at: number): number => Math.round((at - signalAt) * 10) / 10
  const { lastWriteAt, serverClosedAt } = result?.wire ?? {}
  return {
    outcome: result?.outcome ?? 'open',
    client,
    reuse: result?.reuse ?? 0,
    sentMs: fromSignal(startedAt),
    settledMs: fromSignal(startedAt + (result?.tookMs ?? 0)),
    // The bytes of a request that was still in the delay when the connection ended were never written.
    ...(lastWriteAt === undefined || lastWriteAt < startedAt ? {} : { onWireMs: fromSignal(lastWriteAt) }),
    ...(serverClosedAt === undefined ? {} : { serverClosedMs: fromSignal(serverClosedAt) }),
    ...(result?.errorCode === undefined ? {} : { errorCode: result.errorCode }),
  }
}
