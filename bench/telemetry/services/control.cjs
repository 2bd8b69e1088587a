// What every measured process can be asked over its IPC channel, one reply for each question; the same for all variants.
'use strict'
const { monitorEventLoopDelay } = require('node:perf_hooks')
const { getHeapSpaceStatistics } = require('node:v8')

const FLUSH_LIMIT_MS = 8000
/** What a resolution of 1 ms measures when nothing is in the way, and the pause that counts. */
const RESOLUTION_MS = 1
const PAUSE_MS = 2

let delay
let work

const answers = {
  mark: () => ({ cpuUs: cpuUs(), rssBytes: process.memoryUsage.rss() }),
  memory() {
    const spaces = getHeapSpaceStatistics().map((space) => [space.space_name, space.physical_space_size])
    return { ...process.memoryUsage(), ...Object.fromEntries(spaces) }
  },
  watch() {
    delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
    delay.enable()
    work = watchWork()
    return {}
  },
  watched() {
    delay.disable()
    clearInterval(work.timer)
    const { longestMs: workMaxMs, longer: workPauses } = work
    return {
      workMaxMs,
      workPauses,
      maxMs: delay.max / 1e6 - RESOLUTION_MS,
      p99Ms: delay.percentile(99) / 1e6 - RESOLUTION_MS,
      pauses: pauses(),
    }
  },
  async flush() {
    await Promise.race([flush(), new Promise((resolve) => setTimeout(resolve, FLUSH_LIMIT_MS))])
    return { account: globalThis[Symbol.for('bench.account')]?.() ?? null }
  },
}

/** @param {Record<string, (question: object) => unknown>} more */
function control(more = {}) {
  const all = { ...answers, ...more }
  const answer = async (question) => process.send((await all[question.ask](question)) ?? {})
  process.on('message', (question) => void answer(question))
  // Whoever asks has gone, or wants the end: an orderly one, so that a profile is written.
  process.on('disconnect', () => process.exit(0))
}

/**
 * How long the loop was at work without a break, by the processor time of its thread: on a machine with other work to do,
 * it also stands still where it would like to go on.
 */
function watchWork() {
  const watched = { longestMs: 0, longer: 0 }
  let before = threadUs()
  watched.timer = setInterval(() => {
    const now = threadUs()
    const tookMs = (now - before) / 1000
    before = now
    if (tookMs > watched.longestMs) watched.longestMs = tookMs
    if (tookMs > PAUSE_MS) watched.longer++
  }, RESOLUTION_MS)
  return watched
}

/**
 * Processor time of this thread. Linux brings it up to date at a tick of its own, 4 ms apart, or when somebody asks for that
 * of the whole process: without the first line, a turn of the loop would now and then seem to take a tick.
 *
 * @see https://github.com/torvalds/linux/blob/master/kernel/sched/cputime.c `thread_group_cputime()`
 */
function threadUs() {
  process.cpuUsage()
  const { user, system } = process.threadCpuUsage()
  return user + system
}

function cpuUs() {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** How often the loop stood still for longer than 2 ms. */
function pauses() {
  let below = 0
  for (const [percentile, ns] of delay.percentiles) {
    if (Number(ns) / 1e6 <= RESOLUTION_MS + PAUSE_MS) below = Math.max(below, percentile)
  }
  return Math.round(delay.count * (1 - below / 100))
}

async function flush() {
  const own = globalThis[Symbol.for('bench.flush')]
  if (own !== undefined) return own()
  // Whoever registered with the OpenTelemetry API, without a line in the service.
  const provider = require('@opentelemetry/api').trace.getTracerProvider()
  await (provider.getDelegate?.() ?? provider).forceFlush?.()
}

module.exports = { control, cpuUs, threadUs }
