import type { Duplex } from 'node:stream'
import type { CountKeeper } from './counts.ts'

const STATUS_BY_CODE: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
}

/** Answers what Node's HTTP parser could not read, and closes the connection. */
export function refuseBadHttp(error: NodeJS.ErrnoException, socket: Duplex, counts: CountKeeper): void {
  // A client that only went away did nothing wrong; a request that was under way counts itself.
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE') {
    socket.destroy()
    return
  }
  counts.error('badHttp')
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const status = STATUS_BY_CODE[error.code ?? ''] ?? '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`, () => socket.destroy())
}
