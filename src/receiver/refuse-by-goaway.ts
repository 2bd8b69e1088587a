import { constants } from 'node:http2'
import { type Exchange, isHttp2 } from './exchange.ts'

const GOAWAY = 7

/**
 * Ends a connection with a GOAWAY whose last stream lies before that of the request: it was not processed, and may be sent
 * again. HTTP/1.1 knows only to close.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9113#section-6.8
 */
export function refuseByGoaway(exchange: Exchange): void {
  if (!isHttp2(exchange)) {
    exchange.socket.destroy()
    return
  }
  const { stream } = exchange.response
  const { session, id = 0 } = stream
  // Node can't say that nothing was processed: it takes a last stream of 0 for the last one that came.
  exchange.socket.write(goawayFrame(Math.max(0, id - 2)))
  setImmediate(() => {
    stream.close(constants.NGHTTP2_REFUSED_STREAM)
    session?.close()
  })
}

function goawayFrame(lastStreamId: number): Buffer {
  const frame = Buffer.alloc(17)
  frame.writeUIntBE(8, 0, 3)
  frame[3] = GOAWAY
  frame.writeUInt32BE(lastStreamId, 9)
  frame.writeUInt32BE(constants.NGHTTP2_NO_ERROR, 13)
  return frame
}
