import { expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import type { JudgedTrial } from '../../src/trial/report.ts'
import { type RunOptions, runTrials } from '../../src/trial/run-trials.ts'
import { fail, inconclusive, pass } from '../../src/trial/verdict/make-verdict.ts'
import { bridgeWithout, byId, makeTrial, makeVoyage, NOISY, QUIET } from './run-samples.ts'
import { makeFacts } from './samples.ts'

/** A voyage that lives one life of a service that is not there. */
const SHORT = makeVoyage({ id: 'short', sail: (bridge) => bridge.launch({ label: 'first' }).then(ignore, ignore) })
function ignore(): void {}

async function run(changes: Partial<RunOptions>) {
  const told: JudgedTrial[] = []
  const result = await runTrials({
    trials: [],
    voyages: byId(SHORT),
    facts: makeFacts(),
    pace: 'default',
    seed: 1,
    trialId: 'one',
    clock: systemClock,
    unixMs: () => 0,
    signal: new AbortController().signal,
    openBridge: bridgeWithout(),
    guard: () => QUIET,
    watcher: { judged: (judged) => void told.push(judged) },
    ...changes,
  })
  const says = result.judged.map(({ trial, verdict }) => `${verdict.outcome} ${trial.id}: ${verdict.says}`)
  return { ...result, told, says }
}

test('a trial is judged by the lifetimes of its voyages and the facts, and by nothing else', async () => {
  const other = makeVoyage({ ...SHORT, id: 'other' })
  const trial = makeTrial({
    id: 'A-01',
    judge: ({ facts, lifetimes }) =>
      pass(`${facts.host}: ${lifetimes.map(({ voyage, id }) => `${voyage} ${id}`).join()}`),
  })
  const both = makeTrial({
    id: 'A-02',
    voyages: ['other', 'short'],
    judge: ({ lifetimes }) => pass(`${lifetimes.length}`),
  })
  const { says, judged } = await run({ trials: [trial, both], voyages: byId(SHORT, other) })
  expect(says).toEqual(['PASS A-01: 127.0.0.1: short 0', 'PASS A-02: 2'])
  expect(judged.map(({ lifetimes }) => lifetimes)).toEqual([[0], [0, 1]])
})

test('what is skipped is told at once, and verdicts come in the order of the catalogue', async () => {
  const skipped = makeTrial({ id: 'A-02', skipBecause: () => 'nothing declared' })
  const { says, told } = await run({ trials: [makeTrial({ id: 'A-01' }), skipped] })
  expect(told.map(({ trial }) => trial.id)).toEqual(['A-02', 'A-01'])
  expect(says).toEqual(['PASS A-01: It held', 'SKIP A-02: nothing declared'])
})

test('a judge that throws is an error of the harness, is no finding, and stops no other', async () => {
  const trial = makeTrial({
    id: 'A-01',
    judge: () => {
      throw new TypeError('no such field')
    },
  })
  const { judged, says } = await run({ trials: [trial, makeTrial({ id: 'A-02' })] })
  expect(says).toEqual([
    'INCONCLUSIVE A-01: The harness failed, and this is no finding about the service: The judge of A-01 failed: no such field',
    'PASS A-02: It held',
  ])
  expect(judged[0]?.harnessError).toMatchObject({ where: 'judge' })
  expect(judged[0]?.harnessError?.lines[0]).toContain('run-trials.test')
  expect(judged[1]?.harnessError).toBeUndefined()
})

test('a voyage that throws makes its trials inconclusive by an error of the harness; the next one is sailed', async () => {
  const wreck = makeVoyage({ id: 'wreck', sail: () => Promise.reject(new Error('sank')) })
  const trials = [makeTrial({ id: 'A-01', voyages: ['wreck', 'short'] }), makeTrial({ id: 'A-02' })]
  const { says, sailed } = await run({ trials, voyages: byId(wreck, SHORT) })
  expect(says).toEqual([
    'INCONCLUSIVE A-01: The harness failed, and this is no finding about the service: The voyage wreck failed: sank',
    'PASS A-02: It held',
  ])
  expect(sailed.find(({ voyage }) => voyage === 'wreck')?.error).toMatchObject({ where: 'voyage' })
})

test('a voyage that throws before its first wait, and a bridge that can not be opened, are no end of everything', async () => {
  const wreck = makeVoyage({
    id: 'wreck',
    sail: () => {
      throw new Error('sank at once')
    },
  })
  const { says } = await run({ trials: [makeTrial({ id: 'A-01', voyages: ['wreck'] })], voyages: byId(wreck) })
  expect(says[0]).toContain('The voyage wreck failed: sank at once')
  const openBridge = (): never => {
    throw new Error('no bridge')
  }
  expect((await run({ trials: [makeTrial({ id: 'A-01' })], openBridge })).says[0]).toContain('no bridge')
})

test('a comparison of times on a noisy machine is inconclusive, and repeated once', async () => {
  let sails = 0
  const counted = makeVoyage({ ...SHORT, sail: (bridge) => (sails++, SHORT.sail(bridge)) })
  const timing = makeTrial({
    id: 'A-01',
    isTiming: true,
    judge: ({ lifetimes }) => pass(`lifetime ${lifetimes[0]?.id}`),
  })
  const counting = makeTrial({ id: 'A-02', judge: ({ lifetimes }) => pass(`lifetime ${lifetimes[0]?.id}`) })
  const guard: RunOptions['guard'] = (lifetimes) => (lifetimes[0]?.id === 0 ? NOISY : QUIET)
  const { says, told } = await run({ trials: [timing, counting], voyages: byId(counted), guard })
  expect(sails).toBe(2)
  // The second attempt counts, for the one that was disturbed alone.
  expect(says).toEqual(['PASS A-01: lifetime 1', 'PASS A-02: lifetime 0'])
  expect(told.map(({ trial, verdict, attempt }) => [trial.id, verdict.outcome, attempt])).toEqual([
    ['A-01', 'INCONCLUSIVE', 1],
    ['A-02', 'PASS', 1],
    ['A-01', 'PASS', 2],
  ])
})

test('noise that does not go away leaves the reason, its figures, and what would have been said', async () => {
  const evidence = [{ says: 'a is slower than b' }]
  const timing = makeTrial({ id: 'A-01', isTiming: true, judge: () => fail('Slower', { evidence }) })
  const { judged, sailed } = await run({ trials: [timing], guard: () => NOISY })
  expect(judged[0]).toMatchObject({
    attempt: 2,
    noise: NOISY.says,
    verdict: {
      outcome: 'INCONCLUSIVE',
      says: NOISY.says,
      evidence,
      figures: NOISY.figures,
      notes: ['without the noise it would be a FAIL: Slower'],
    },
  })
  expect(sailed.map(({ attempt }) => attempt)).toEqual([1, 2])
})

test('noise changes nothing of what is no comparison of times, or was inconclusive anyway', async () => {
  const counting = makeTrial({ id: 'A-01', judge: () => fail('3 lost', { evidence: [{ says: 'this one' }] }) })
  const unsure = makeTrial({ id: 'A-02', isTiming: true, judge: () => inconclusive('only 2 exports') })
  const { says, sailed } = await run({ trials: [counting, unsure], guard: () => NOISY })
  expect(says).toEqual(['FAIL A-01: 3 lost', 'INCONCLUSIVE A-02: only 2 exports'])
  expect(sailed).toHaveLength(1)
})

test('noise changes nothing of a verdict that rests on counts, nor where no times are compared', async () => {
  const leak = { evidence: [{ says: 'this much' }], isCounted: true }
  const counted = makeTrial({ id: 'A-01', isTiming: true, judge: () => fail('Memory grows', leak) })
  const elsewhere = makeTrial({
    id: 'A-02',
    isTiming: true,
    timedSpanOf: () => undefined,
    judge: () => pass('As fast'),
  })
  const guard: RunOptions['guard'] = (lifetimes) => (lifetimes.length > 0 ? NOISY : QUIET)
  const { says, sailed } = await run({ trials: [counted, elsewhere], guard })
  expect(says).toEqual(['FAIL A-01: Memory grows', 'PASS A-02: As fast'])
  expect(sailed).toHaveLength(1)
})

test('given up in the middle, what was judged stays, the rest is unjudged, and no further voyage begins', async () => {
  const stop = new AbortController()
  const endless = makeVoyage({
    id: 'endless',
    seconds: { quick: 9, default: 9 },
    sail: () => {
      stop.abort()
      return new Promise(() => {})
    },
  })
  const later = makeVoyage({ id: 'later', seconds: { quick: 60, default: 60 } })
  const trials = ['short', 'endless', 'later'].map((id, index) => makeTrial({ id: `A-0${index}`, voyages: [id] }))
  const { says, unjudged, sailed } = await run({
    trials,
    voyages: byId(endless, later, SHORT),
    signal: stop.signal,
  })
  expect(says).toEqual(['PASS A-00: It held'])
  expect(unjudged.map(({ id }) => id)).toEqual(['A-01', 'A-02'])
  expect(sailed.map(({ voyage, isWhole, error }) => [voyage, isWhole, error])).toEqual([
    ['short', true, undefined],
    ['endless', false, undefined],
  ])
})

test('voyages that sail in company are under way together, and what sails alone has the machine for itself', async () => {
  const underWay = new Set<string>()
  const seen: Record<string, readonly string[]> = {}
  const both = Promise.withResolvers<void>()
  const watched = (id: string, sailsInCompany: boolean) =>
    makeVoyage({
      id,
      sailsInCompany,
      sail: async () => {
        underWay.add(id)
        if (underWay.size > 1) both.resolve()
        if (sailsInCompany) await both.promise
        seen[id] = [...underWay].toSorted()
        underWay.delete(id)
      },
    })
  const voyages = byId(watched('one', true), watched('two', true), watched('alone', false))
  const trials = [...voyages.keys()].map((id, index) => makeTrial({ id: `A-0${index}`, voyages: [id] }))
  const { says } = await run({ trials, voyages, facts: makeFacts({ standsBeside: true }) })
  expect(seen['one'] ?? seen['two']).toBeDefined()
  expect(Object.values(seen)).toContainEqual(['one', 'two'])
  expect(seen['alone']).toEqual(['alone'])
  expect(says).toHaveLength(3)
})

test('where copies of the service do not bear each other, one voyage sails after the other', async () => {
  let underWay = 0
  let most = 0
  const watched = (id: string) =>
    makeVoyage({
      id,
      sailsInCompany: true,
      sail: async () => {
        most = Math.max(most, ++underWay)
        await Promise.resolve()
        underWay--
      },
    })
  const voyages = byId(watched('one'), watched('two'))
  await run({ trials: [makeTrial({ id: 'A-01', voyages: ['one', 'two'] })], voyages, facts: makeFacts() })
  expect(most).toBe(1)
})

test('of voyages that end at the same time one is told after the other', async () => {
  let telling = 0
  let most = 0
  const voyages = byId(...['one', 'two', 'three'].map((id) => makeVoyage({ id, sailsInCompany: true })))
  const voyageEnded = async (): Promise<void> => {
    most = Math.max(most, ++telling)
    await new Promise((resolve) => setImmediate(resolve))
    telling--
  }
  await run({
    trials: [makeTrial({ id: 'A-01', voyages: [...voyages.keys()] })],
    voyages,
    facts: makeFacts({ standsBeside: true }),
    watcher: { voyageEnded },
  })
  expect(most).toBe(1)
})

test('what a voyage throws because it was given up is no error of the harness', async () => {
  const stop = new AbortController()
  const sail = () => {
    stop.abort()
    return Promise.reject(new Error('launch after the end'))
  }
  const { sailed } = await run({
    trials: [makeTrial({ id: 'A-01' })],
    voyages: byId(makeVoyage({ id: 'short', sail })),
    signal: stop.signal,
  })
  expect(sailed[0]?.error).toBeUndefined()
})

test('what a voyage does at random depends on the seed and the voyage, never on what is chosen besides', async () => {
  const drawn = async (seed: number, ids: readonly string[]): Promise<Record<string, number>> => {
    const numbers: Record<string, number> = {}
    const voyages = ids.map((id) =>
      makeVoyage({ id, sail: (bridge) => Promise.resolve(void (numbers[id] = bridge.random.bits())) }),
    )
    await run({ seed, voyages: byId(...voyages), trials: [makeTrial({ id: 'A-01', voyages: ids })] })
    return numbers
  }
  const all = await drawn(7, ['one', 'two'])
  expect(all['one']).not.toBe(all['two'])
  expect(await drawn(7, ['two'])).toEqual({ two: all['two'] })
  expect(await drawn(8, ['two'])).not.toEqual({ two: all['two'] })
})

test('judges see no value of a variable, and no secret of the service in what it wrote', async () => {
  const secret = 'tops3cret-tops3cret'
  const facts = makeFacts({
    env: { API_TOKEN: secret, MODE: 'fast' },
    command: ['node', 's.js', `--db=http://a:${secret}@b`],
  })
  let seen = ''
  const trial = makeTrial({ id: 'A-01', judge: (record) => ((seen = JSON.stringify(record)), pass('fine')) })
  const openBridge = bridgeWithout(() => ({
    events: [{ kind: 'output', at: 1, stream: 'stdout', line: `token is ${secret}, MODE is fast` }],
  }))
  await run({ trials: [trial], facts, openBridge })
  expect(seen).toContain('token is ***, MODE is fast')
  expect(seen).toContain('"env":{"API_TOKEN":"***","MODE":"***"}')
  expect(seen).not.toContain(secret)
})

test('judges see what JSON keeps, so that a saved run can not be judged in another way', async () => {
  let seen: unknown
  const trial = makeTrial({ id: 'A-01', judge: ({ lifetimes }) => ((seen = lifetimes[0]?.events[0]), pass('fine')) })
  const openBridge = bridgeWithout(() => ({
    events: [{ kind: 'mark', at: 1, name: 'x', data: { ratio: Number.NaN }, extra: undefined } as never],
  }))
  await run({ trials: [trial], openBridge })
  expect(seen).toStrictEqual({ kind: 'mark', at: 1, name: 'x', data: { ratio: null } })
})
