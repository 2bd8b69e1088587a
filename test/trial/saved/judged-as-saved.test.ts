import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { canarySettings } from '../../../src/trial/history/canaries.ts'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import { eventsOf } from '../../../src/trial/history/lifetime.ts'
import { runTrials } from '../../../src/trial/run-trials.ts'
import { hideFacts } from '../../../src/trial/saved/hidden-facts.ts'
import { readRun } from '../../../src/trial/saved/read-run.ts'
import { replayRun } from '../../../src/trial/saved/replay-run.ts'
import { RunSaver } from '../../../src/trial/saved/save-run.ts'
import type { Trial } from '../../../src/trial/trial.ts'
import SEC_01 from '../../../src/trial/trials/SEC-01.ts'
import { pass } from '../../../src/trial/verdict/make-verdict.ts'
import { bridgeWithout, byId, makeTrial, makeVoyage, QUIET } from '../run-samples.ts'
import { makeFacts, makeRequest, makeSpan, SENDER } from '../samples.ts'

const UNDERWAY = makeVoyage({ id: 'underway', sail: (bridge) => bridge.launch({ label: 'x' }).then(ignore, ignore) })
const VOYAGES = byId(UNDERWAY)
const SECRET = 'tops3cret-tops3cret'
const FACTS = makeFacts({
  env: { API_TOKEN: SECRET },
  telemetryBudgetRatio: Number.POSITIVE_INFINITY,
  badValues: [{ variable: 'PORT', value: undefined, why: 'it is needed' }],
})
function ignore(): void {}

/** Each span was exported by itself, so each has a sender of its own: half of them know a secret. */
const SPANS = Array.from({ length: 40 }, (_, index) =>
  makeSpan({
    traceId: `${index}`,
    endedAt: 50 + index,
    sender: { ...SENDER, resource: { 'service.name': index % 2 === 0 ? 'shop' : SECRET } },
  }),
)
const EVENTS: readonly HistoryEvent[] = [
  makeRequest({ id: 1, at: 10, load: 'canary', outcome: 'answered' }),
  { kind: 'output', at: 20, stream: 'stdout', line: 'one\u2028two\u2029three\rfour \uD83D' },
  { kind: 'mark', at: -0, name: 'odd', data: { none: Number.NaN, below: -0, most: Number.POSITIVE_INFINITY } },
  ...SPANS,
]

/** Live, and from the file that was written meanwhile. */
async function sayTwice(...trials: readonly Trial[]) {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-judged-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'run.gz')
  const saver = await RunSaver.open(path, systemClock)
  const settings = { seed: 42, trialId: 'one', pace: 'default' as const, startedAtUnixMs: 0, version: '1.2.3' }
  await saver.begin({ ...settings, chosen: trials.map(({ id }) => id), facts: hideFacts(FACTS) })
  const live = await runTrials({
    ...settings,
    trials,
    voyages: VOYAGES,
    facts: FACTS,
    clock: systemClock,
    unixMs: () => 0,
    signal: new AbortController().signal,
    openBridge: bridgeWithout(() => ({ events: EVENTS, settings: canarySettings({ cookie: 'klmnopqrst9876543210' }) })),
    guard: () => QUIET,
    watcher: { voyageEnded: (sailed) => saver.add(sailed) },
  })
  expect(await saver.end({ tookMs: 1, isInterrupted: false })).toBeUndefined()
  const again = replayRun({ run: await readRun(path), trials: byId(...trials), voyages: VOYAGES, guard: () => QUIET })
  return { live: live.judged.map(({ verdict }) => verdict), again: again.judged.map(({ verdict }) => verdict) }
}

test('a judge that counts texts counts those of a sender once, however many exports there were, live and replayed', async () => {
  const { live, again } = await sayTwice({ ...SEC_01, voyages: ['underway'] })
  expect(again).toEqual(live)
  // The line, and of each span its name, status and tracestate; of two senders a name and a value.
  expect(live[0]?.figures).toContainEqual({ name: 'textCount', value: 1 + 3 * SPANS.length + 2 * 2 })
})

test('a judge that looks at which senders are the same object sees the same, live and replayed', async () => {
  const judge: Trial['judge'] = ({ lifetimes }) => {
    const senders = lifetimes.flatMap((lifetime) => eventsOf(lifetime, 'span').map(({ sender }) => sender))
    return pass(`${senders.length} spans of ${new Set(senders).size} senders`)
  }
  const { live, again } = await sayTwice(makeTrial({ id: 'A-01', voyages: ['underway'], judge }))
  expect(live[0]?.says).toBe('40 spans of 2 senders')
  expect(again).toEqual(live)
})

test('a judge that looks at fields without a value, at numbers that JSON has not and at odd ends of lines sees the same', async () => {
  const show = (value: unknown): string =>
    JSON.stringify(value, (_, part: unknown) => {
      if (part === undefined) return 'undefined'
      return typeof part === 'number' && (Object.is(part, -0) || !Number.isFinite(part)) ? `no JSON: ${part}` : part
    })
  const judge: Trial['judge'] = ({ facts, lifetimes }) => pass(show({ facts, lifetimes }))
  const { live, again } = await sayTwice(makeTrial({ id: 'A-01', voyages: ['underway'], judge }))
  expect(again).toEqual(live)
  expect(live[0]?.says).toContain('one\u2028two\u2029three')
  expect(live[0]?.says).not.toMatch(/no JSON|undefined|tops3cret/)
})
