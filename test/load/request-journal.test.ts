import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import type { RawResult } from '../../src/load/raw-request.ts'
import { RequestJournal } from '../../src/load/request-journal.ts'

const ANSWER: RawResult = { outcome: 'answered', status: 200, saidClose: false, reuse: 0, tookMs: 5 }

test('a request is in the journal, and in flight, from the moment it is sent until it is settled', async () => {
  const clock = new ManualClock()
  const journal = new RequestJournal(clock)
  await clock.advance(100)
  const { promise, resolve } = Promise.withResolvers<RawResult>()
  const sent = journal.send('client 1', { request: () => promise }, { path: '/a' })
  expect(journal.inFlight).toBe(1)
  expect(journal.entries).toEqual([{ client: 'client 1', path: '/a', startedAt: 100 }])

  resolve(ANSWER)
  expect(await sent).toBe(ANSWER)
  expect(journal.inFlight).toBe(0)
  expect(journal.entries).toEqual([{ client: 'client 1', path: '/a', startedAt: 100, result: ANSWER }])
})

test('a sender that throws leaves nothing in flight, and its request open in the journal', async () => {
  const journal = new RequestJournal(new ManualClock())
  const broken = {
    request: () => {
      throw new Error('not usable')
    },
  }
  await expect(journal.send('client 1', broken, { path: '/' })).rejects.toThrow('not usable')
  expect(journal.inFlight).toBe(0)
  expect(journal.entries).toHaveLength(1)
})

test('a full journal goes on sending, and says how many requests it does not hold', async () => {
  const journal = new RequestJournal(new ManualClock(), 2)
  const sender = { request: () => Promise.resolve(ANSWER) }
  for (let index = 0; index < 5; index++) expect(await journal.send('c', sender, { path: '/' })).toBe(ANSWER)
  expect(journal.entries).toHaveLength(2)
  expect(journal.dropped).toBe(3)
})
