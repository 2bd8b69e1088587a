import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import CONF_02 from '../../../src/trial/trials/CONF-02.ts'
import { judge, makeFacts, makeLifetime, SENDER } from '../samples.ts'
import { RELOAD_FACTS, reloadLifetime, type ReloadStory, STEP_AT } from './reload-samples.ts'

const say = (story: ReloadStory = {}) => judge(CONF_02, [reloadLifetime(story)], RELOAD_FACTS)
const colour = (bad: (at: number) => boolean) => (at: number) =>
  bad(at) ? 'undefined' : at >= 2100 && at < 14_100 ? 'green' : 'blue'

test('what is rejected and reported passes', () => {
  expect(say()).toMatchObject({
    outcome: 'PASS',
    says: 'The old value stayed in force while the file was cut off in the middle, given a value of a wrong type, deleted, each was reported, and the next good file was taken.',
    notes: [],
  })
})

test.each([
  ['truncated', 'cut off in the middle'],
  ['wrong-type', 'given a value of a wrong type'],
  ['deleted', 'deleted'],
] as const)('a value that is lost when the file is %s', (step, words) => {
  const verdict = say({ shows: colour((at) => at >= STEP_AT[step] + 300 && at < STEP_AT[step] + 500) })
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toBe(
    `After the file was ${words}, 2 of 20 answers did not show the old value any more; the first had status 200.`,
  )
})

test('a process that ends at a bad file', () => {
  expect(say({ exitAt: 8300 })).toMatchObject({
    outcome: 'FAIL',
    says: 'The process ended with exit code 1, 300 ms after the file was cut off in the middle.',
  })
})

test('silence fails; a line, a record or a metric is a report', () => {
  const others = [
    [10_100, 'invalid configuration'],
    [12_100, 'can not read etc/shop.json'],
  ] as const
  const silent = say({ lines: [[8100, 'GET / 200'], ...others] })
  expect(silent).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringContaining('cut off in the middle, nothing spoke of it'),
  })
  const log: HistoryEvent = {
    kind: 'log',
    at: 15_000,
    madeAt: 8200,
    sender: SENDER,
    body: 'reload failed',
    severityNumber: 17,
    traceId: '',
    spanId: '',
    attributes: {},
  }
  expect(say({ lines: others, more: [log] }).outcome).toBe('PASS')
  expect(say({ lines: others, more: [{ ...log, madeAt: 7900 }] }).outcome).toBe('FAIL')
  const metric: HistoryEvent = {
    kind: 'metric',
    at: 9000,
    madeAt: 9000,
    startedAt: 0,
    sender: SENDER,
    name: 'config.reloads',
    unit: '1',
    type: 'sum',
    isCumulative: true,
    value: 1,
    attributes: { result: 'rejected' },
  }
  expect(say({ lines: others, more: [metric] }).outcome).toBe('PASS')
  expect(say({ lines: others, more: [{ ...metric, value: 0 }] }).outcome).toBe('FAIL')
})

test('the next good file has to be taken', () => {
  expect(say({ shows: (at) => (at >= 2100 ? 'green' : 'blue') })).toMatchObject({
    outcome: 'FAIL',
    says: 'The next good file was not taken within 2.0 s.',
  })
})

test('when even a good change has no effect, nobody can tell', () => {
  expect(say({ shows: () => 'blue' })).toMatchObject({
    outcome: 'INCONCLUSIVE',
    says: expect.stringContaining('CONF-01'),
  })
  expect(judge(CONF_02, [], RELOAD_FACTS).outcome).toBe('INCONCLUSIVE')
  const cut = reloadLifetime().events.filter(({ at }) => at < 8000)
  expect(judge(CONF_02, [makeLifetime(cut, { voyage: 'reload' })], RELOAD_FACTS).outcome).toBe('INCONCLUSIVE')
  expect(CONF_02.skipBecause?.(makeFacts())).toContain('--reload')
})

test('a wrong type that could not be made is said', () => {
  const { events } = reloadLifetime()
  const without = events.filter((event) => event.kind !== 'mark' || event.data['step'] !== 'wrong-type')
  const verdict = judge(CONF_02, [makeLifetime(without, { voyage: 'reload' })], RELOAD_FACTS)
  expect(verdict).toMatchObject({
    outcome: 'PASS',
    notes: ['A wrong type was not tried: the file is neither JSON nor YAML.'],
  })
})
