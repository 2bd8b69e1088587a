import { ResponseParser } from '../response-parser.ts'
import { contextOf } from './context-headers.ts'
import { RequestParser } from './request-parser.ts'
import type { ExchangeSeen, ProtocolSniffer } from './exchange-seen.ts'

type Began = Omit<ExchangeSeen, 'what' | 'status'>

/** Pairs requests and answers on a connection of HTTP/1.1: they come in the same order. */
export class Http1Sniffer implements ProtocolSniffer {
  readonly #onExchange: (seen: ExchangeSeen) => void
  readonly #requests: RequestParser
  readonly #answers: ResponseParser
  readonly #waiting: Began[] = []
  #count = 0
  #isOtherProtocol = false

  constructor(onExchange: (seen: ExchangeSeen) => void) {
    this.#onExchange = onExchange
    this.#requests = new RequestParser(({ method, path, headers }) => {
      const began: Began = { exchange: this.#count++, protocol: 'http/1.1', method, path, ...contextOf(headers) }
      this.#waiting.push(began)
      onExchange({ what: 'began', ...began })
    })
    this.#answers = new ResponseParser({
      nextMethod: () => this.#waiting[0]?.method ?? 'GET',
      onResponse: ({ status }) => {
        const began = this.#waiting.shift()
        if (began === undefined) throw new Error('an answer that nobody asked for')
        onExchange({ what: 'answered', ...began, status })
        if (status === 101 || (began.method === 'CONNECT' && status < 300)) this.#isOtherProtocol = true
      },
      keepBodyBytes: 0,
    })
  }

  up(bytes: Buffer): void {
    this.#requests.push(bytes)
  }

  down(bytes: Buffer): void {
    this.#answers.push(bytes)
    if (this.#isOtherProtocol) throw new Error('not HTTP from here on')
    if (this.#answers.error !== undefined) throw new Error(this.#answers.error)
  }

  downEnded(): void {
    this.#answers.end()
  }

  serviceLeft(): void {
    for (const began of this.#waiting.splice(0)) this.#onExchange({ what: 'cancelled', ...began })
  }
}
