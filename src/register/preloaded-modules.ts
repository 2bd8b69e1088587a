import type { Environment } from '../core/env-reader.ts'

/**
 * Who has brought an SDK, as far as the command line tells: the modules that were preloaded beside us.
 *
 * @returns for example `@opentelemetry/auto-instrumentations-node/register`; empty when there is none
 */
export function preloadedModules(execArgv: readonly string[], env: Environment): readonly string[] {
  const words = [...(env['NODE_OPTIONS'] ?? '').split(/\s+/), ...execArgv].map((word) => word.replaceAll('"', ''))
  const found = new Set<string>()
  for (const [index, word] of words.entries()) {
    const [option = '', value] = word.split(/=(.*)/s)
    if (PRELOAD.has(option)) found.add(value ?? words[index + 1] ?? '')
  }
  return [...found].filter(
    (name) => name !== '' && !name.startsWith('data:') && !/^seaworthy\b|\/register\/preload\./.test(name),
  )
}

const PRELOAD: ReadonlySet<string> = new Set(['--import', '--require', '-r', '--loader', '--experimental-loader'])
