import { expect, test } from 'vitest'
import { ALIASES, OWN_VARIABLES } from '../../docs/environment.ts'
import { filesUnder, readText } from '../../scripts/repository-files.ts'
import { applyEnvironmentAliases } from '../../src/config/environment-aliases.ts'
import { SEAWORTHY_VARIABLES } from '../../src/config/seaworthy-variables.ts'
import { parseSource, walk } from './parsed-source.ts'

const OWN = /^SEAWORTHY_[A-Z_]*[A-Z]$/

/** The names of variables that a source holds as a text or as a key, comments left out. */
function ownVariablesIn(path: string): readonly string[] {
  const names: string[] = []
  walk(parseSource(path, readText(path)).program, (node) => {
    const name = node.type === 'Literal' ? node.value : node.type === 'Identifier' ? node.name : undefined
    if (typeof name === 'string' && OWN.test(name)) names.push(name)
  })
  return names
}

test('the table and the reference have every SEAWORTHY_* variable that the sources read, and no other', () => {
  const readers = filesUnder('src').filter(
    (path) => path.endsWith('.ts') && path !== 'src/config/seaworthy-variables.ts',
  )
  const read = new Set(readers.flatMap(ownVariablesIn))
  expect(SEAWORTHY_VARIABLES).toEqual([...read].toSorted())
  expect(Object.keys(OWN_VARIABLES)).toEqual(SEAWORTHY_VARIABLES)
})

test.each(Object.keys(ALIASES))('the alias %s of the reference is understood, with a warning', (name) => {
  const values: Record<string, string> = {
    OTLP_ENDPOINT: 'http://collector:4318',
    TRACE_SAMPLE_RATE: '0.5',
    METRIC_INTERVAL: '30s',
  }
  const { env, warnings } = applyEnvironmentAliases({ [name]: values[name] ?? 'x' })
  expect(warnings.join()).toContain(`${name} is read as`)
  expect(Object.keys(env).length).toBeGreaterThan(1)
})
