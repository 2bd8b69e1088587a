import type { Environment } from '../core/env-reader.ts'
import { didYouMean } from '../core/nearest-name.ts'

const PREFIX = 'SEAWORTHY_'

/** Every variable of Seaworthy's own. The reference describes each; a test compares them with those that are read. */
export const SEAWORTHY_VARIABLES = [
  'SEAWORTHY_ADMIN_OFF_LOOP',
  'SEAWORTHY_ADMIN_PORT',
  'SEAWORTHY_ADMIN_STUCK_AFTER',
  'SEAWORTHY_ADMIN_TOKEN',
  'SEAWORTHY_CRASH_DIR',
  'SEAWORTHY_CRASH_HEAP_SNAPSHOTS',
  'SEAWORTHY_DRAIN_DELAY',
  'SEAWORTHY_FLUSH',
  'SEAWORTHY_GRACE_SECONDS',
  'SEAWORTHY_IN_FLIGHT',
  'SEAWORTHY_LOG_LEVEL',
  'SEAWORTHY_METRICS_NAMES',
  'SEAWORTHY_METRICS_PAGE',
  'SEAWORTHY_PRE_STOP_SECONDS',
  'SEAWORTHY_REGISTER',
  'SEAWORTHY_SPOOL_DIR',
  'SEAWORTHY_SPOOL_MAX_AGE',
  'SEAWORTHY_SPOOL_MAX_BYTES',
  'SEAWORTHY_STOP',
  'SEAWORTHY_TERMINATION_LOG',
  'SEAWORTHY_TRIAL',
  'SEAWORTHY_TRIAL_RUN',
] as const

/** The name of a variable of Seaworthy's own. */
export type SeaworthyVariable = (typeof SEAWORTHY_VARIABLES)[number]

/** A line for each `SEAWORTHY_*` variable that is set and does not exist, without its value. */
export function describeUnknownSeaworthyVariables(env: Environment): readonly string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && (env[name] ?? '').trim() !== '')
    .filter((name) => !isKnown(name) && !isServiceLink(name, env))
    .sort()
    .map((name) => `${name} is no variable of Seaworthy and has no effect. ${suggest(name)}`.trim())
}

function isKnown(name: string): boolean {
  return SEAWORTHY_VARIABLES.some((known) => known === name)
}

/**
 * Whether Kubernetes has set it: a Service named `seaworthy-shop` gives every pod around it `SEAWORTHY_SHOP_SERVICE_HOST`
 * and half a dozen names like `SEAWORTHY_SHOP_PORT_80_TCP_ADDR`, which nobody mistyped.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
function isServiceLink(name: string, env: Environment): boolean {
  const owner = /^(.+?)_(?:SERVICE_(?:HOST|PORT)|PORT)(?:_|$)/.exec(name)?.[1]
  return owner !== undefined && env[`${owner}_SERVICE_HOST`] !== undefined
}

/** The prefix, which all have in common, must not make every name look like every other. */
function suggest(name: string): string {
  const endings = SEAWORTHY_VARIABLES.map((known) => known.slice(PREFIX.length))
  return didYouMean(name.slice(PREFIX.length), endings).replace('"', `"${PREFIX}`)
}
