// What every service here does, and how it says where it can be asked.
import { setTimeout as wait } from 'node:timers/promises'

const CHECK_MS = Number(process.env['BENCH_CHECK_MS'])
let runs = 0

/** What stands for a question to a database. */
export async function check() {
  runs++
  await wait(CHECK_MS)
}

/** Keeps the event loop, and with it everything that answers on it. */
export function keepBusy(ms) {
  const until = performance.now() + ms
  while (performance.now() < until);
}

export function runsOfCheck() {
  return runs
}

/** `/busy/20` is busy for 20 ms, `/stuck` for ever; `/runs` tells how often the check has run. */
export function answer(request, response) {
  const [, what, ms] = request.url.split('/')
  if (what === 'stuck') keepBusy(Number.POSITIVE_INFINITY)
  if (what === 'busy') keepBusy(Number(ms))
  response.end(what === 'runs' ? String(runs) : 'done')
}

/** @param where the ports and paths at which this service can be asked */
export function say(where) {
  console.log(`ready ${JSON.stringify(where)}`)
}
