// Creates spans at a steady rate, and waits until they are delivered: what one costs from the tracer to the collector.
'use strict'
const { trace } = require('@opentelemetry/api')
const { control, cpuUs } = require('./control.cjs')
const { createSpan } = require('./span.cjs')

const TICK_MS = 10

control({
  spans({ perS, forMs }) {
    const tracer = trace.getTracer('bench')
    const before = cpuUs()
    const startedAt = performance.now()
    let created = 0
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        const elapsedMs = Math.min(forMs, performance.now() - startedAt)
        for (const due = (elapsedMs / 1000) * perS; created < due; created++) createSpan(tracer, created)
        if (elapsedMs < forMs) return
        clearInterval(timer)
        resolve({ created })
      }, TICK_MS)
    }).then((result) => ({ ...result, startCpuUs: before }))
  },
})

setInterval(() => {}, 60_000)
process.send({ port: 0 })
