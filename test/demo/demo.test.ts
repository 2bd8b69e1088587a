import { expect, test } from 'vitest'
import { describeResult } from '../../scripts/demo/describe-result.ts'
import { judge } from '../../scripts/demo/judge.ts'
import { runDemo } from '../../scripts/demo/run-demo.ts'

test(
  'the shop loses nothing when it stops under load, and the demo would see it if it did',
  { timeout: 90_000 },
  async () => {
    const { observed, store } = await runDemo({ seconds: 3, onProgress() {} })
    const result = judge(observed)

    expect(result.problems).toEqual([])
    expect(result).toMatchObject({
      ok: true,
      requests: { failed: 0, answered: result.requests.sent },
      spans: { received: result.spans.expected },
      probes: {
        orders: { '/startupz': 200, '/livez': 200, '/readyz': 200 },
        payments: { '/startupz': 200, '/livez': 200, '/readyz': 200 },
      },
      shutdown: [
        { service: 'orders', exitCode: 0, clean: true },
        { service: 'payments', exitCode: 0, clean: true },
      ],
    })
    expect(result.requests.sent).toBeGreaterThanOrEqual(2000)
    expect(result.requests.inFlightAtSigterm).toBeGreaterThanOrEqual(20)
    expect(result.spans.expected).toBeGreaterThan(result.requests.answered)
    expect(Object.keys(result.shutdown[0]?.phases ?? {})).toEqual(['announce', 'drain', 'finish', 'stop', 'flush'])

    // The same run with one piece of its evidence taken away.
    const [firstSpan, ...otherSpans] = observed.spans
    expect(firstSpan).toBeDefined()
    expect(judge({ ...observed, spans: otherSpans })).toMatchObject({
      ok: false,
      spans: { received: result.spans.expected - 1 },
    })
    const [firstRequest, ...otherRequests] = observed.requests
    const unanswered = {
      ...firstRequest,
      status: undefined,
      failure: 'reset-reused',
    } as (typeof observed.requests)[number]
    expect(judge({ ...observed, requests: [unanswered, ...otherRequests] })).toMatchObject({
      ok: false,
      requests: { failed: 1 },
    })

    const unready = { ...observed.probes, orders: { ...observed.probes['orders'], '/readyz': 503 } }
    expect(judge({ ...observed, probes: unready }).problems).toEqual(['/readyz of orders answered 503 under load'])

    const text = describeResult(result, store)
    expect(text).toContain('The ledger balances: no request lost, no span lost.')
    // One trace through two processes and a database.
    expect(text).toMatch(/POST \/orders\s+orders\s+server/i)
    expect(text).toMatch(/POST \/payments\s+payments\s+server/i)
    expect(text).toMatch(/INSERT orders\s+orders\s+client/i)
  },
)
