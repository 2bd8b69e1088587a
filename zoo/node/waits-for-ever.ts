// Defect: waits for its dependency as long as its client does.
import { answer, pathOf, sail } from './base.ts'
import { askStock, watchStock } from './stock-client.ts'

await sail({
  watch: watchStock,
  async handle(request, response, ship) {
    if (pathOf(request) !== '/') return answer(request, response, ship)
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const { search } = new URL(request.url ?? '/', 'http://shop')
    try {
      response.end(await askStock(ship, { search, signal: gone.signal, limitMs: Infinity }))
    } catch {
      response.writeHead(503).end('no stock\n')
    }
  },
})
