import { type ConfigEntry, type OverriddenValue, showValue } from './explanation.ts'
import { describeOrigin, type Origin } from './origin.ts'

/** A configuration as the admin port and the command line tell it: nothing in it has to be kept secret. */
export interface ConfigReport {
  /** Of the running service; left out for a configuration that is only looked at. */
  readonly service?: string
  /** From 1. */
  readonly generation?: number
  /** Whether it changes while the service runs. */
  readonly reloads?: boolean
  readonly hash?: string
  /** ISO time since when it is in force. */
  readonly at?: string
  /** What brought it into force. */
  readonly trigger?: string
  readonly files: readonly string[]
  /** ISO time until which it may still be taken back, and the next change waits. */
  readonly trialUntil?: string
  /** The last time that a newer one was refused or taken back; gone with the next good one. */
  readonly lastRejection?: { readonly reason: string; readonly at: string; readonly trigger: string }
  /** What the sources say and a restart would bring. */
  readonly pendingRestart: readonly { readonly path: string; readonly kind: string; readonly because: string }[]
  readonly values: readonly ConfigEntry[]
}

/** The report for a person: a line for each value, with its source and what that overrode. */
export function renderConfigReport(report: ConfigReport): string {
  return [...head(report), ...entryRows(report.values)].join('\n')
}

function head({
  service,
  generation,
  reloads,
  hash,
  at,
  trigger,
  files,
  trialUntil,
  lastRejection,
  pendingRestart,
}: ConfigReport): string[] {
  const lines: string[] = []
  if (generation !== undefined) {
    const since = at === undefined ? '' : ` since ${at}`
    const why = trigger === undefined ? '' : ` (${trigger})`
    const shown = hash === undefined ? '' : `, hash ${hash}`
    const fixed = reloads === false ? '; it does not reload' : ''
    lines.push(`${service ?? 'configuration'}: generation ${generation}${shown}${since}${why}${fixed}`)
  }
  if (files.length > 0) lines.push(`files: ${files.join(', ')}`)
  if (trialUntil !== undefined) lines.push(`on trial until ${trialUntil}: a change that comes meanwhile waits`)
  if (lastRejection !== undefined) {
    lines.push(`refused at ${lastRejection.at} (${lastRejection.trigger}): ${lastRejection.reason}`)
  }
  for (const { path, kind, because } of pendingRestart) lines.push(`waits for a restart: ${path} ${kind} (${because})`)
  return lines.length === 0 ? [] : [...lines, '']
}

function entryRows(entries: readonly ConfigEntry[]): string[] {
  if (entries.length === 0) return ['There are no values.']
  const rows = entries.map((entry) => {
    const overrode = (entry.overrode ?? []).map(describeOverridden).join(', ')
    const from = `${sourceOf(entry)}${overrode === '' ? '' : `; overrode ${overrode}`}`
    return [entry.path, showValue(entry.value), from] as const
  })
  const pathWidth = Math.max(...rows.map(([path]) => path.length))
  const valueWidth = Math.max(...rows.map(([, value]) => value.length))
  return rows.map(([path, value, from]) => `${path.padEnd(pathWidth)}  ${value.padEnd(valueWidth)}  ${from}`)
}

function describeOverridden(value: OverriddenValue): string {
  return `${showValue(value.value)} of ${sourceOf(value)}`
}

/** An entry has what its origin has. */
function sourceOf(entry: Pick<ConfigEntry, 'source' | 'variable' | 'file' | 'line' | 'column'>): string {
  return describeOrigin(entry as Origin)
}
