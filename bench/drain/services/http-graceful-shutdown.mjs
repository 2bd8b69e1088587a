// https://www.npmjs.com/package/http-graceful-shutdown, "Basic Usage"; with BENCH_DELAYED=1 its preShutdown waits,
// "if you need to have all HTTP sockets available and untouched"; with BENCH_HTTP2=1 on node:http2, which it says it takes.
import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import gracefulShutdown from 'http-graceful-shutdown'
import { DELAY_MS, handler, HOST, PORT, withWebSockets } from './work.ts'

const server = (
  process.env['BENCH_HTTP2'] === '1' ? createHttp2Server(handler) : withWebSockets(createServer(handler))
).listen(PORT, HOST)
gracefulShutdown(
  server,
  process.env['BENCH_DELAYED'] === '1'
    ? { preShutdown: () => new Promise((resolve) => setTimeout(resolve, DELAY_MS)) }
    : {},
)
