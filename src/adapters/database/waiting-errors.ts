import { SeaworthyError } from 'seaworthy'

/** As requests that fail because of it are best answered. */
class DatabaseUnavailable extends SeaworthyError {
  readonly statusCode: 503 | 504

  constructor(statusCode: 503 | 504, ...args: ConstructorParameters<typeof SeaworthyError>) {
    super(...args)
    this.statusCode = statusCode
  }
}

/** What calls fail with that nothing was heard of, by an adapter with an option `silence`. */
export function timedOut(dependency: string, silentMs: number, what: 'answer' | 'connection'): SeaworthyError {
  const howLong = silentMs === 0 ? '' : ` for ${Math.round(silentMs)} ms, although calls wait`
  return new DatabaseUnavailable(504, 'SEA_DATABASE_TIMED_OUT', `"${dependency}": no ${what}${howLong}`, {
    hint: 'Look at the database and at the network, or allow more time by "silence".',
  })
}

/** What a call fails with when too many others wait, by an adapter with an option `maxWaiting`. */
export function queueFull(dependency: string, maxWaiting: number): SeaworthyError {
  return new DatabaseUnavailable(
    503,
    'SEA_DATABASE_QUEUE_FULL',
    `"${dependency}": ${maxWaiting} calls wait for it already`,
    { hint: 'Look at the database and at the network, or let more calls wait by "maxWaiting".' },
  )
}
