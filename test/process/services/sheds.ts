// A service that works without a break for 5 ms for each request, or keeps memory, as MODE says, and sheds load.
import { createService, type SheddingOptions } from 'seaworthy'

const { MODE = 'busy' } = process.env

const limits: Readonly<Record<string, SheddingOptions>> = {
  busy: { maxEventLoopDelay: '50ms', after: '200ms', calm: '500ms' },
  memory: { maxHeapPercent: 60, after: 0, calm: 0, exempt: ['/free'] },
}

const service = createService({
  name: 'sheds',
  telemetry: false,
  admin: { host: '127.0.0.1' },
  shutdown: { drainDelay: 0, inFlight: '3s', stop: '200ms', flush: '100ms', margin: '300ms' },
  shedding: limits[MODE] ?? {},
})

const kept: number[][] = []

function work(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until;) Math.random()
}

const api = service.listener('api', {
  host: '127.0.0.1',
  start: () => (request, response) => {
    if (request.url === '/free') {
      kept.length = 0
      ;(globalThis as { gc?: () => void }).gc?.()
    } else if (MODE === 'memory') {
      // 1 MiB of the old generation, and never less than that.
      for (let part = 0; part < 8; part++) kept.push(Array.from({ length: 16_384 }, (_, index) => index + 0.5))
    } else work(5)
    response.end('served')
  },
})

void service.run()
await service.start()
process.stderr.write(`listens ${service.address(api)?.url} ${service.adminAddress?.url}\n`)
