// A loop that is never idle: each turn does a little work, creates the spans that are due, and is told by the processor
// time of its thread. What makes a turn long is what telemetry does between two of them.
'use strict'
const { constants, PerformanceObserver } = require('node:perf_hooks')
const { metrics, trace } = require('@opentelemetry/api')
const { control, threadUs } = require('./control.cjs')
const { createSpan } = require('./span.cjs')

const { perS, series, turnUs, limitsMs } = JSON.parse(process.env.BENCH_BUSY)
/** A loop that stood still for long makes them up in many turns, and not in one. */
const MAX_SPANS_A_TURN = 10

const tracer = trace.getTracer('bench')
const recordings = createSeries()
let watched
let created = 0
let due = 0
let turns = 0
let lastUs = threadUs()
let lastAt = performance.now()

function turn() {
  const now = performance.now()
  const us = threadUs()
  watched?.note(us - lastUs, lastAt, now)
  lastUs = us
  due += ((now - lastAt) / 1000) * perS
  lastAt = now
  for (let count = 0; created < due && count < MAX_SPANS_A_TURN; count++) createSpan(tracer, created++)
  if (recordings.length > 0) recordings[turns++ % recordings.length]()
  while ((performance.now() - now) * 1000 < turnUs);
  setImmediate(turn)
}

/** @returns {(() => void)[]} one for each series */
function createSeries() {
  const meter = metrics.getMeter('bench')
  const counter = meter.createCounter('bench.orders')
  const histogram = meter.createHistogram('bench.duration', { unit: 's' })
  return Array.from({ length: series }, (_, index) => {
    const attributes = {
      'http.route': `/orders/${index >> 1}`,
      'http.request.method': 'GET',
      'http.response.status_code': 200,
    }
    return index % 2 === 0 ? () => counter.add(1, attributes) : () => histogram.record(0.012, attributes)
  })
}

class Watched {
  turns = 0
  over = limitsMs.map(() => 0)
  longestMs = 0
  longestFrom = 0
  longestTo = 0
  collections = []

  constructor() {
    this.observer = new PerformanceObserver((list) => this.collections.push(...list.getEntries()))
    this.observer.observe({ entryTypes: ['gc'] })
  }

  note(us, from, to) {
    this.turns++
    const ms = us / 1000
    for (let index = 0; index < limitsMs.length && ms > limitsMs[index]; index++) this.over[index]++
    if (ms <= this.longestMs) return
    this.longestMs = ms
    this.longestFrom = from
    this.longestTo = to
  }

  /** @returns what was seen; of the longest turn, how much was the collection of garbage */
  end() {
    this.observer.disconnect()
    const { turns: count, over, longestMs, longestFrom, longestTo } = this
    const isWithin = ({ startTime }) => startTime >= longestFrom && startTime <= longestTo
    // By the clock on the wall, and so never more than the turn took.
    const gcMs = Math.min(
      longestMs,
      this.collections.filter(isWithin).reduce((sum, { duration }) => sum + duration, 0),
    )
    const isMajor = ({ detail }) => detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR
    return {
      turns: count,
      over,
      longestMs,
      longestGcMs: gcMs,
      majorCollections: this.collections.filter(isMajor).length,
    }
  }
}

control({
  watchTurns() {
    watched = new Watched()
  },
  async watchedTurns() {
    // What was collected is told a turn later.
    await new Promise((resolve) => setTimeout(resolve, 20))
    const seen = watched.end()
    watched = undefined
    return { ...seen, created }
  },
})
if (process.env.BENCH_WATCH === '1') watched = new Watched()
setImmediate(turn)
process.send({ port: 0 })
