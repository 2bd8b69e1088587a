// https://www.npmjs.com/package/http-graceful-shutdown, "Basic Usage"; with BENCH_DELAYED=1 its preShutdown waits,
// "if you need to have all HTTP sockets available and untouched".
import { createServer } from 'node:http'
import gracefulShutdown from 'http-graceful-shutdown'
import { DELAY_MS, handler, HOST, PORT } from './work.ts'

const server = createServer(handler).listen(PORT, HOST)
gracefulShutdown(
  server,
  process.env['BENCH_DELAYED'] === '1'
    ? { preShutdown: () => new Promise((resolve) => setTimeout(resolve, DELAY_MS)) }
    : {},
)
