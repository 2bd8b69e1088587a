import { expect, test } from 'vitest'
import { renderMarkdown } from '../../../src/trial/output/markdown.ts'
import { fail } from '../../../src/trial/verdict/make-verdict.ts'
import { HOSTILE, judged, makeReport } from './report-samples.ts'

test('the failures come first, the whole table is folded', () => {
  expect(renderMarkdown(makeReport())).toMatchInlineSnapshot(`
    "## Sea trial

    **2 passed · 1 failed · 2 inconclusive · 2 skipped** · 3m41s · seed 42

    **The harness failed:** The judge of SEC-01 failed: no such field

    ### ❌ STOP-01 zero-failed-requests

    No request is lost while the service stops. But: 12 of 412 requests failed after SIGTERM

    - A new connection was refused 18 ms after the signal (stop-under-load, cycle 1, 1.204 s to 1.222 s, requests 311, 312)
    - A kept connection died under a request (stop-under-load, cycle 1, 1.230 s)
    - Another one did

    To mend it: Go on accepting for as long as the load balancer sends, and say \`Connection: close\` meanwhile. With Seaworthy: drain of createService() (docs/guide/drain.md).

    <details><summary>Every trial</summary>

    | | trial | what was seen |
    | --- | --- | --- |
    | ✅ PASS | START-01 ready-means-ready | 212 requests after ready, 0 failed: at most 1.4 % (95 %) |
    | ❌ FAIL | STOP-01 zero-failed-requests | 12 of 412 requests failed after SIGTERM |
    | ➖ SKIP | STOP-05 sockets-are-closed | no WebSocket path is known; declare one with --ws |
    | ✅ PASS | STOP-06 exits-in-time | It exits with 0 after 1.2 s |
    | ➖ SKIP | STOP-15 more-sockets | no WebSocket path is known; declare one with --ws |
    | ❔ INCONCLUSIVE | TEL-02 not-blocked-by-slow-collector | The slow collector served 2 exports, and 3 are needed |
    | ❔ INCONCLUSIVE | SEC-01 secrets-are-not-logged | The harness failed, and this is no finding about the service: The judge of SEC-01 failed: no such field |

    </details>
    "
  `)
})

test('what the service wrote is neither a cell, nor a tag, nor a mention', () => {
  const says = `a | b ${HOSTILE} @everyone [x](javascript:1) \`code\` #1`
  const text = renderMarkdown(makeReport({ judged: [judged({ id: 'A-01' }, fail(says, { evidence: [{ says }] }))] }))
  expect(text).toContain(
    'a \\| b red·\\[31m ·bell ·c1 ·turned &lt;b>&amp;"\'\\]\\]> @\u200Beveryone \\[x\\](javascript:1) \\`code\\` \\#1',
  )
})
