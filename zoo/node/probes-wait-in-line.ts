// Defect: one thing at a time, and the probes wait in the same line as the requests.
import { setTimeout as pause } from 'node:timers/promises'
import { answer, pathOf, sail } from './base.ts'

const WORK_MS = 15
let last: Promise<unknown> = Promise.resolve()

async function inLine<T>(work: () => Promise<T>): Promise<T> {
  const mine = last.then(work)
  last = mine.catch(() => undefined)
  return mine
}

await sail({
  isAlive: async () => inLine(async () => true),
  isReady: async ({ isStopping }) => inLine(async () => !isStopping),
  async handle(request, response, ship) {
    if (pathOf(request) === '/') await inLine(async () => pause(WORK_MS))
    await answer(request, response, ship)
  },
})
