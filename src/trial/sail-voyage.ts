import type { Clock } from '../core/clock.ts'
import { settleWithin } from '../core/wait.ts'
import { Random } from '../load/random.ts'
import { toHarnessError } from './harness-error.ts'
import type { HarnessError, SailedVoyage } from './report.ts'
import { toStoredForm } from './saved/stored-form.ts'
import type { BridgeOptions, OwnedBridge } from './ship/bridge.ts'
import type { Voyage } from './voyage.ts'

/** Makes what a voyage works with. */
export type OpenBridge = (options: BridgeOptions) => OwnedBridge

export interface SailOptions {
  readonly voyage: Voyage
  readonly attempt: number
  readonly seed: number
  readonly secrets: readonly string[]
  readonly openBridge: OpenBridge
  readonly needs: Omit<BridgeOptions, 'voyage' | 'random'>
}

/** How long a voyage that is given up may take to notice, before its ships are ended under it. */
const NOTICE_MS = 1500
/** How long the end of ships may take when everything is given up. */
const LEAVE_MS = 8000
/** How often a voyage may start and stop the service within the limit of its time. */
const MAX_STARTS = 12
const SPARE_MS = 60_000

/** Sails a voyage to its end, and leaves nothing behind. Never throws: what goes wrong is an error of the harness. */
export async function sailVoyage(options: SailOptions): Promise<SailedVoyage> {
  const { voyage, attempt, needs, secrets } = options
  const { clock, signal } = needs
  const startedAt = clock.now()
  const own = new AbortController()
  const random = new Random(seedOf(options.seed, voyage.id))
  let error: HarnessError | undefined
  const fail = (what: string, thrown: unknown): void => {
    error ??= toHarnessError('voyage', what, thrown)
  }
  let bridge: OwnedBridge
  try {
    bridge = options.openBridge({ ...needs, voyage: voyage.id, random, signal: AbortSignal.any([signal, own.signal]) })
  } catch (thrown) {
    fail(`The voyage ${voyage.id} could not begin`, thrown)
    const tookMs = clock.now() - startedAt
    return {
      voyage: voyage.id,
      attempt,
      lifetimes: [],
      tookMs,
      isWhole: true,
      ...(error === undefined ? {} : { error }),
    }
  }
  const limitMs = limitOf(voyage, needs)
  const sailing = settleWithin(clock, limitMs, () => voyage.sail(bridge))
  const end = await untilGivenUp(sailing, clock, signal)
  if (end?.outcome === 'timed-out')
    fail(`The voyage ${voyage.id} has no end`, new Error(`it was given up after ${Math.round(limitMs / 1000)} s`))
  // What a voyage throws because it was given up is no defect.
  if (end?.outcome === 'failed' && !signal.aborted) fail(`The voyage ${voyage.id} failed`, end.error)
  own.abort()
  const left = await settleWithin(clock, LEAVE_MS, () => bridge.end())
  if (left.outcome === 'failed') fail(`The end of the voyage ${voyage.id} failed`, left.error)
  if (left.outcome === 'timed-out')
    fail(`The voyage ${voyage.id} could not be ended`, new Error(`no end within ${LEAVE_MS / 1000} s`))
  return {
    voyage: voyage.id,
    attempt,
    lifetimes: bridge.lifetimes().map((lifetime) => toStoredForm(lifetime, secrets)),
    tookMs: clock.now() - startedAt,
    isWhole: !signal.aborted,
    ...(error === undefined ? {} : { error }),
  }
}

/** What became of the work; `undefined` when it was given up and did not end soon. */
function untilGivenUp<T>(work: Promise<T>, clock: Clock, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve) => {
    let cancel = (): void => {}
    const giveUp = (): void => {
      cancel = clock.schedule(NOTICE_MS, () => resolve(undefined))
    }
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    void work.then((value) => {
      cancel()
      signal.removeEventListener('abort', giveUp)
      resolve(value)
    })
  })
}

function limitOf({ seconds }: Voyage, { facts, pace, soakMs = 0 }: SailOptions['needs']): number {
  const own = seconds[pace === 'quick' ? 'quick' : 'default'] * 1000
  return 4 * own + soakMs + MAX_STARTS * (facts.startupMs.value + facts.graceMs.value) + SPARE_MS
}

/** Of its own for each voyage: what is chosen besides doesn't change what a voyage does. */
function seedOf(seed: number, id: string): number {
  let mixed = seed >>> 0
  for (const letter of id) mixed = Math.imul(mixed ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return mixed
}
