import { ManualClock } from '../../../src/core/manual-clock.ts'
import { messageOf } from '../../../src/lifecycle/shutdown-report.ts'
import { StartAttempts } from '../../../src/recovery/start-up/start-attempts.ts'
import { StartUpNews } from '../../../src/recovery/start-up/start-up-news.ts'
import type { StartUpPlan } from '../../../src/recovery/start-up/start-up-options.ts'

/** What a refused connection throws. */
export function refused(): Error {
  return Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' })
}

/** What a wrong password throws. */
export function unauthorised(): Error {
  return Object.assign(new Error('password authentication failed'), { code: '28P01', severity: 'FATAL' })
}

/** The attempts of a component called `db`, on a clock that is moved by hand, with a record of what was told. */
export function waitFor<T>(
  open: (attempt: number, signal: AbortSignal) => T | Promise<T>,
  over: Partial<StartUpPlan> = {},
) {
  const clock = new ManualClock()
  /** When each attempt began. */
  const begins: number[] = []
  /** `level event at: message`. */
  const lines: string[] = []
  const shown: (string | undefined)[] = []
  const write = (level: string) => (fields: object, message: string) => {
    const { event } = fields as { readonly event?: string }
    lines.push(`${clock.now()} ${level} ${event}: ${message}`)
  }
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
  const plan: StartUpPlan = {
    policy: 'required',
    retries: true,
    backoff: { initialMs: 200, maxMs: 5_000, random: () => 0.5 },
    attemptLimitMs: undefined,
    patienceMs: 5_000,
    ...over,
  }
  const news = new StartUpNews({
    clock,
    log,
    name: 'db',
    policy: plan.policy,
    show: (reason) => shown.push(reason),
  })
  const attempts = new StartAttempts<T>({
    clock,
    plan,
    news,
    messageOf,
    beganAt: clock.now(),
    open: (signal) => {
      begins.push(clock.now())
      return open(begins.length, signal)
    },
  })
  return { attempts, begins, clock, lines, news, shown }
}

/** What became of a promise until now. */
export function watch<T>(promise: Promise<T>) {
  const seen: { value?: T; error?: unknown; isOver: boolean } = { isOver: false }
  promise.then(
    (value) => Object.assign(seen, { value, isOver: true }),
    (error: unknown) => Object.assign(seen, { error, isOver: true }),
  )
  return seen
}
