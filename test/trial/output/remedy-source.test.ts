import { expect, test } from 'vitest'
import { remedySource } from '../../../src/trial/output/remedy-source.ts'
import { makeFacts } from '../samples.ts'

const REMEDY = { feature: 'the drain', page: 'guide/drain.md', change: 'Drain.', rules: [] }
const telemetry = { traces: true, metrics: true, logs: true }

test.each([['node'], ['/usr/bin/node'], ['npm'], ['sh', '-c', 'node server.js; true']])(
  'started by %s it is a service that the runtime is for',
  (...command) => {
    expect(remedySource(REMEDY, makeFacts({ command, telemetry }))).toEqual({
      label: 'with',
      text: 'the drain',
      page: 'guide/drain.md',
    })
  },
)

test('a service in another language is told of the traps of that', () => {
  const see = { label: 'see', text: 'the traps of its language', page: 'guide/trial.md' }
  expect(remedySource(REMEDY, makeFacts({ command: ['./server'], telemetry }))).toEqual(see)
  expect(remedySource(REMEDY, makeFacts({ command: ['./nodelike'], telemetry }))).toEqual(see)
})

test('what its telemetry says of its language counts more than the command', () => {
  const of = (language: string, command: string): string =>
    remedySource(REMEDY, makeFacts({ command: [command], telemetry: { ...telemetry, language } })).label
  expect(of('nodejs', './start')).toBe('with')
  expect(of('python', 'node')).toBe('see')
})
