// A service that logs with pino: what the instrumentation adds to the lines and sends.
const pino = require('pino')
const { trace } = require('@opentelemetry/api')

const log = pino({ name: 'shop' }, pino.destination({ dest: '/dev/null', sync: true }))
log.info('plain')
log.info({ order: { id: 7 }, ms: 1.5 }, 'placed %s', 'it')
log.child({ request: 'r1' }).warn('slow')
log.error(new TypeError('not so'), 'failed')
log.debug('left out')
trace.getTracer('program').startActiveSpan('within', (span) => {
  log.fatal('within a span')
  span.end()
})
