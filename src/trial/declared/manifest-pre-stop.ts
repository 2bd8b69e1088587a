import type { PreStop } from './declared.ts'
import type { DeclarationProblems } from './declaration-problems.ts'
import { readManifestPort } from './manifest-probes.ts'
import { childOf, itemsOf, type Placed } from './placed.ts'
import { readInteger, readPath } from './read-scalars.ts'

/** What the container does before SIGTERM; a command that only sleeps is a sleep. */
export function readPreStop(container: Placed, problems: DeclarationProblems, notes: string[]): PreStop | undefined {
  const hook = childOf(container, 'lifecycle', 'preStop')
  if (hook === undefined) return undefined
  const seconds = childOf(hook, 'sleep', 'seconds')
  if (seconds !== undefined) {
    const read = readInteger(0, 86_400)(seconds, problems)
    return read === undefined ? undefined : { kind: 'sleep', ms: read * 1000 }
  }
  const command = childOf(hook, 'exec', 'command')
  if (command !== undefined) {
    const words = itemsOf(command).flatMap((item) => (item.kind === 'leaf' ? [String(item.value)] : []))
    const ms = sleepOf(words)
    if (ms !== undefined) return { kind: 'sleep', ms }
    notes.push(`${command.where}: the command of preStop is not run; say how long it takes with --pre-stop`)
    return { kind: 'exec', command: words }
  }
  const http = childOf(hook, 'httpGet')
  if (http !== undefined) {
    const pathNode = childOf(http, 'path')
    const path = pathNode === undefined ? '/' : readPath(pathNode, problems)
    const port = readManifestPort(container, childOf(http, 'port'), problems)
    return path === undefined || port === undefined ? undefined : { kind: 'httpGet', path, port }
  }
  notes.push(`${hook.where}: preStop does something that is not known, and is left out`)
  return undefined
}

/** How long `sleep 5`, `/bin/sh -c "sleep 5"` and the like take; `undefined` for a command that does something else. */
function sleepOf(words: readonly string[]): number | undefined {
  const line = /(?:^|\/)(?:ba|da|a)?sh$/.test(words[0] ?? '') && words[1] === '-c' ? (words[2] ?? '') : words.join(' ')
  const [, amount, unit = 's'] =
    /^\s*(?:exec\s+)?(?:\/(?:usr\/)?bin\/)?sleep\s+(\d+(?:\.\d+)?)([smh]?)\s*;?\s*$/.exec(line) ?? []
  if (amount === undefined) return undefined
  return Number(amount) * ({ s: 1000, m: 60_000, h: 3_600_000 }[unit || 's'] ?? 1000)
}
