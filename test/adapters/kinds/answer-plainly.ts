import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { Readable } from 'node:stream'
import { signalOf } from 'seaworthy'
import { bodyText } from '../contract/body-text.ts'
import type { Deeds } from '../contract/deeds.ts'

type Response = ServerResponse | Http2ServerResponse

/** The service under test on Node's own servers, without a framework. */
export async function answerPlainly(
  deeds: Deeds,
  request: IncomingMessage | Http2ServerRequest,
  response: Response,
): Promise<void> {
  const [, first, second] = (request.url ?? '').split(/[/?]/)
  try {
    switch (first) {
      case 'fast':
        return end(response, deeds.fast())
      case 'slow':
        return end(response, await deeds.slow(second))
      case 'stream':
        return void Readable.from(deeds.stream()).pipe(response as ServerResponse)
      case 'echo':
        return end(response, deeds.echo(await bodyText(request)))
      case 'sse':
        response.setHeader('Content-Type', 'text/event-stream')
        return send(response, deeds.events())
      case 'hang':
        return await deeds.hang()
      case 'boom':
        return deeds.boom()
      case 'signal':
        return end(response, await deeds.untilAborted(signalOf(request)))
      default:
        response.statusCode = 404
        return end(response, 'nothing here')
    }
  } catch {
    response.statusCode = 500
    end(response, 'failed')
  }
}

function end(response: Response, body: string): void {
  ;(response as ServerResponse).end(body)
}

function send(response: Response, events: AsyncGenerator<string>): void {
  const source = Readable.from(events)
  response.on('close', () => source.destroy())
  source.pipe(response as ServerResponse)
}
