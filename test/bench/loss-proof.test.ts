import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { assertDiskFull, assertWorked, FaultProof } from '../../bench/loss/proof.ts'
import { SCENARIOS, type Scenario } from '../../bench/loss/scenarios.ts'
import { Sink } from '../../bench/loss/sink.ts'
import { ManualClock } from '../../src/core/manual-clock.ts'

const NEVER = new AbortController().signal

function scenario(id: string): Scenario {
  const found = SCENARIOS.find((one) => one.id === id)
  if (found === undefined) throw new Error(`no scenario ${id}`)
  return found
}

async function during(id: string, sink: Sink, then: () => unknown): Promise<FaultProof> {
  const clock = new ManualClock()
  const proof = new FaultProof(sink, scenario(id))
  const beginning = proof.begin(clock, NEVER)
  await clock.advance(500)
  await beginning
  await then()
  proof.end()
  return proof
}

test('a fault that was never there, or that nobody met, is no trial', async () => {
  await using sink = new Sink()
  const unmet = await during('reset', sink, () => {})
  expect(() => unmet.assertMet(sink.receiver)).toThrow('nobody met the fault "reset"')
  expect(() => new FaultProof(sink, scenario('down-20s')).assertMet(sink.receiver)).toThrow('was never there')
  // Without a fault there is nothing to prove; who is refused can't be counted.
  new FaultProof(sink, scenario('exit')).assertMet(sink.receiver)
  ;(await during('down-20s', sink, () => {})).assertMet(sink.receiver)
})

test('spans that arrive while nobody answers are no trial; from a collector that flaps they may come', async () => {
  await using sink = new Sink()
  const { endpoint } = await sink.receiver.start()
  let order = 1
  const arrive = (): Promise<Response> => {
    const span = { traceId: 'a'.repeat(32), spanId: String(order++).padStart(16, '0'), name: 'GET /orders/:id' }
    const body = { resourceSpans: [{ scopeSpans: [{ scope: { name: 'bench-loss' }, spans: [span] }] }] }
    const headers = { 'content-type': 'application/json' }
    return fetch(`${endpoint}/v1/traces`, { method: 'POST', headers, body: JSON.stringify(body) })
  }
  const proof = await during('down-20s', sink, arrive)
  expect(sink.delivered).toBe(1)
  expect(() => proof.assertMet(sink.receiver)).toThrow('1 spans arrived during the fault "refuse"')
  ;(await during('flapping', sink, arrive)).assertMet(sink.receiver)
})

test('a service that created much less than it should did not work until its end', () => {
  expect(() => assertWorked(799, scenario('exit'), 1000)).toThrow('only 799 spans were created where 1000 were due')
  assertWorked(800, scenario('exit'), 1000)
  expect(() => assertWorked(0, scenario('sigterm-server'), 1000)).toThrow('only 0 spans')
})

test('a disk with room is not full', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-loss-'))
  try {
    // Large, and without a file that was cut off: nothing kept anybody from writing.
    expect(() => assertDiskFull(process.pid, folder, 1)).toThrow('the disk is not full')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
