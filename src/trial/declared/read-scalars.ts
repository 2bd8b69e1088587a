import { constants } from 'node:os'
import { DURATION_WITH_UNIT_FORM, formatDuration, parseDuration, parseDurationWithUnit } from '../../core/duration.ts'
import { didYouMean, nearestName } from '../../core/nearest-name.ts'
import { hideSecretsOfValue } from '../../core/secret-text.ts'
import type { DeclarationProblems } from './declaration-problems.ts'
import { kindOf, type Placed } from './placed.ts'
import { parseQuantity } from './quantity.ts'

/** Reads one value; what is wrong is added to the problems, and nothing is returned. */
export type Read<T> = (node: Placed, problems: DeclarationProblems) => T | undefined

const LONGEST_SHOWN = 60
const MAX_DURATION_MS = 3_600_000

/** As a message shows it: short, and without a password in it. */
export function shown(node: Placed): string {
  if (node.kind !== 'leaf' || node.value === null || node.value === undefined) return kindOf(node)
  const text = hideSecretsOfValue(String(node.value))
  return `"${text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text}"`
}

/** A length of time with its unit. */
export const readDuration: Read<number> = (node, problems) => {
  const value = node.kind === 'leaf' ? node.value : undefined
  const ms = value === 0 ? 0 : typeof value === 'string' ? parseDurationWithUnit(value) : undefined
  if (ms !== undefined && ms <= MAX_DURATION_MS) return ms
  const bare = ms === undefined ? parseDuration(value) : undefined
  problems.add(
    node,
    `is ${shown(node)}, expected ${ms === undefined ? DURATION_WITH_UNIT_FORM : `at most ${formatDuration(MAX_DURATION_MS)}`}`,
    bare === undefined ? undefined : `Write ${bare}s for seconds, or ${bare}ms.`,
  )
  return undefined
}

/** A whole number within bounds. */
export function readInteger(min: number, max: number): Read<number> {
  return (node, problems) => {
    const value = numberOf(node)
    if (value !== undefined && Number.isInteger(value) && value >= min && value <= max) return value
    problems.add(node, `is ${shown(node)}, expected a whole number from ${min} to ${max}`)
    return undefined
  }
}

/** A number within bounds, fractions among them. */
export function readRatio(min: number, max: number): Read<number> {
  return (node, problems) => {
    const value = numberOf(node)
    if (value !== undefined && value >= min && value <= max) return value
    problems.add(node, `is ${shown(node)}, expected a number from ${min} to ${max}`)
    return undefined
  }
}

export const readBoolean: Read<boolean> = (node, problems) => {
  if (node.kind === 'leaf' && typeof node.value === 'boolean') return node.value
  problems.add(node, `is ${shown(node)}, expected true or false`)
  return undefined
}

/** A text that is not empty. */
export const readText: Read<string> = (node, problems) => {
  if (node.kind === 'leaf' && typeof node.value === 'string' && node.value !== '') return node.value
  problems.add(node, `is ${shown(node)}, expected a text`)
  return undefined
}

/** What stands behind the host in a URL, beginning with a slash. */
export const readPath: Read<string> = (node, problems) => {
  const text = node.kind === 'leaf' && typeof node.value === 'string' ? node.value : undefined
  // oxlint-disable-next-line no-control-regex -- what would end the line of a request
  if (text !== undefined && /^\/[^\s\u0000-\u001f#]*$/.test(text)) return text
  problems.add(
    node,
    `is ${shown(node)}, expected a path that begins with "/"`,
    text !== undefined && /^[\w-]/.test(text) && !/[\s:]/.test(text)
      ? `Write /${hideSecretsOfValue(text)}.`
      : undefined,
  )
  return undefined
}

/** An amount of bytes as Kubernetes writes it: `512Mi`, `1G`, `134217728`. */
export const readBytes: Read<number> = (node, problems) => {
  const bytes = node.kind === 'leaf' ? parseQuantity(node.value) : undefined
  if (bytes !== undefined && bytes >= 1024 * 1024) return bytes
  problems.add(
    node,
    `is ${shown(node)}, expected an amount of memory such as "512Mi" or "1G"`,
    bytes === undefined ? undefined : 'Less than 1 MiB is no limit that a service could live in: add the unit.',
  )
  return undefined
}

/** A number of pods, or a percentage of the replicas. */
export const readPodCount: Read<number | { readonly percent: number }> = (node, problems) => {
  const text = node.kind === 'leaf' && typeof node.value === 'string' ? /^(\d{1,3})%$/.exec(node.value.trim()) : null
  if (text !== null) return { percent: Number(text[1]) }
  const count = numberOf(node)
  if (count !== undefined && Number.isInteger(count) && count >= 0 && count <= 1000) return count
  problems.add(node, `is ${shown(node)}, expected a number of pods or a percentage such as "25%"`)
  return undefined
}

const SIGNALS = Object.keys(constants.signals)

export const readSignal: Read<NodeJS.Signals> = (node, problems) => {
  const text = node.kind === 'leaf' ? String(node.value ?? '').toUpperCase() : ''
  const name = text.startsWith('SIG') ? text : `SIG${text}`
  if (['SIGKILL', 'SIGSTOP'].includes(name)) {
    problems.add(node, `is ${name}, which no process can hear`, 'Name the signal that your platform sends first.')
    return undefined
  }
  if (SIGNALS.includes(name)) return name as NodeJS.Signals
  problems.add(node, `is ${shown(node)}, expected a signal such as SIGTERM`, didYouMean(name, SIGNALS) || undefined)
  return undefined
}

/** Exit codes: one, a list, or a text with commas. */
export const readExitCodes: Read<readonly number[]> = (node, problems) => {
  const parts =
    node.kind === 'list'
      ? node.items.map((item) => (item.kind === 'leaf' ? item.value : undefined))
      : node.kind === 'leaf'
        ? String(node.value ?? '').split(',')
        : []
  const codes = parts.map((part) => (String(part ?? '').trim() === '' ? Number.NaN : Number(part)))
  if (codes.length > 0 && codes.every((code) => Number.isInteger(code) && code >= 0 && code <= 255)) return codes
  problems.add(node, `is ${shown(node)}, expected exit codes from 0 to 255 such as "0,143"`)
  return undefined
}

/** The nearest of the names, as a remedy. */
export function meant(name: string, names: readonly string[]): string | undefined {
  const nearest = nearestName(name, names)
  return nearest === undefined ? undefined : `Did you mean "${nearest}"?`
}

function numberOf(node: Placed): number | undefined {
  if (node.kind !== 'leaf') return undefined
  if (typeof node.value === 'number') return node.value
  if (typeof node.value !== 'string' || !/^\d+(?:\.\d+)?$/.test(node.value.trim())) return undefined
  return Number(node.value)
}
