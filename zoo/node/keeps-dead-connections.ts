// Defect: a call that takes too long is answered for, but its connection stays taken, and of these there are four.
import { Agent, get } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { answer, pathOf, sail, type Ship } from './base.ts'
import { STOCK_URL, watchStock } from './stock-client.ts'

const LIMIT_MS = 1000
const agent = new Agent({ keepAlive: true, maxSockets: 4 })

function ask(ship: Ship, search: string, signal: AbortSignal): Promise<string> {
  return ship.telemetry.ask(
    (headers) =>
      new Promise((resolve, reject) => {
        const request = get(`${STOCK_URL}/left${search}`, { agent, headers, signal }, (answered) => {
          let text = ''
          answered.setEncoding('utf8').on('data', (piece: string) => (text += piece))
          answered.once('end', () => resolve(text)).once('error', reject)
        })
        request.once('error', reject)
      }),
  )
}

await sail({
  watch: watchStock,
  async handle(request, response, ship) {
    if (pathOf(request) !== '/') return answer(request, response, ship)
    const gone = new AbortController()
    response.once('close', () => response.writableFinished || gone.abort())
    const { search } = new URL(request.url ?? '/', 'http://shop')
    const tooLate = pause(LIMIT_MS, 'too late' as const)
    const said = await Promise.race([ask(ship, search, gone.signal).catch(() => 'too late' as const), tooLate])
    if (said === 'too late') response.writeHead(503).end('no stock\n')
    else response.end(said)
  },
})
