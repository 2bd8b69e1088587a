import type { JudgedTrial, TrialReport } from '../../../src/trial/report.ts'
import type { Trial } from '../../../src/trial/trial.ts'
import { fail, inconclusive, pass, skip } from '../../../src/trial/verdict/make-verdict.ts'
import type { Verdict } from '../../../src/trial/verdict/verdict.ts'
import { makeTrial } from '../run-samples.ts'
import { makeFacts, makeLifetime } from '../samples.ts'

/** What a terminal would act upon, or show in another order than it is written in. */
export const HOSTILE = 'red\u001B[31m \u0007bell \u009Bc1 \u202Eturned <b>&"\']]>'

export function judged(
  trial: Partial<Trial> & { readonly id: string },
  verdict: Verdict,
  rest: Partial<JudgedTrial> = {},
): JudgedTrial {
  return { trial: makeTrial(trial), verdict, lifetimes: [0], attempt: 1, ...rest }
}

const STOP_01 = judged(
  {
    id: 'STOP-01',
    slug: 'zero-failed-requests',
    claim: 'No request is lost while the service stops.',
    remedy: {
      feature: 'drain of createService()',
      page: 'guide/drain.md',
      change: 'Go on accepting for as long as the load balancer sends, and say `Connection: close` meanwhile.',
      rules: ['SW203'],
    },
  },
  fail('12 of 412 requests failed after SIGTERM', {
    evidence: [
      {
        says: 'A new connection was refused 18 ms after the signal',
        seen: { lifetime: 0, from: 1204.2, to: 1222.25, requests: [311, 312] },
        lines: ['Error: closed', `    at ${HOSTILE}`],
      },
      { says: 'A kept connection died under a request', seen: { lifetime: 0, from: 1230 } },
      { says: 'Another one did' },
      { says: 'A fourth one, which nobody needs' },
    ],
    figures: [{ name: 'lostCount', value: 12 }],
  }),
)

/** A run with one of everything. */
export function makeReport(changes: Partial<TrialReport> = {}): TrialReport {
  return {
    version: '1.2.3',
    trialId: 'one',
    seed: 42,
    pace: 'default',
    chosen: [],
    startedAtUnixMs: Date.UTC(2026, 10, 23, 12),
    facts: makeFacts({ warnings: ['It listens on 127.0.0.1 only: in a pod nobody reaches it'] }),
    judged: [
      judged(
        { id: 'START-01', slug: 'ready-means-ready' },
        pass('212 requests after ready, 0 failed: at most 1.4 % (95 %)'),
      ),
      STOP_01,
      judged(
        { id: 'STOP-06', slug: 'exits-in-time' },
        pass('It exits with 0 after 1.2 s', { notes: ['28.8 s of 30 s are left'] }),
      ),
      judged({ id: 'STOP-05', slug: 'sockets-are-closed' }, skip('no WebSocket path is known; declare one with --ws')),
      judged({ id: 'STOP-15', slug: 'more-sockets' }, skip('no WebSocket path is known; declare one with --ws')),
      judged(
        { id: 'TEL-02', slug: 'not-blocked-by-slow-collector' },
        inconclusive('The slow collector served 2 exports, and 3 are needed'),
      ),
      judged(
        { id: 'SEC-01', slug: 'secrets-are-not-logged' },
        inconclusive(
          'The harness failed, and this is no finding about the service: The judge of SEC-01 failed: no such field',
        ),
        {
          harnessError: {
            where: 'judge',
            says: 'The judge of SEC-01 failed: no such field',
            lines: ['at judge (SEC-01.ts:1:1)'],
          },
        },
      ),
    ],
    unjudged: [],
    sailed: [
      {
        voyage: 'stop-under-load',
        attempt: 1,
        lifetimes: [makeLifetime([], { voyage: 'stop-under-load', label: 'cycle 1' })],
        tookMs: 20_000,
        isWhole: true,
      },
    ],
    tookMs: 221_400,
    isInterrupted: false,
    ...changes,
  }
}
