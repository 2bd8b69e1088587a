// A service whose event loop is blocked, kept busy or left alone, as the query of a request asks.
import { spawnSync } from 'node:child_process'
import { open as openInspector } from 'node:inspector'
import { createRequire } from 'node:module'
import { createService } from 'seaworthy'

const { SCRIPT } = process.env
if (SCRIPT !== undefined) createRequire(import.meta.url)(SCRIPT)

const service = createService({
  name: 'probed',
  admin: {
    port: Number(process.env['PORT'] ?? 0),
    host: '127.0.0.1',
    stuckAfter: '1s',
    ...(process.env['OFF_LOOP'] === 'false' ? { offLoop: false } : {}),
  },
})

/** Runs JavaScript without a turn of the event loop. */
function blockForever(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

function waitInAtomics(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

function waitForChild(ms: number): void {
  spawnSync('sleep', [String(ms / 1000)])
}

/** Keeps the processor busy in pieces, with a turn of the event loop between any two. */
function keepBusy(ms: number, pieceMs: number): void {
  const end = performance.now() + ms
  const piece = (): void => {
    blockForever(pieceMs)
    if (performance.now() < end) setImmediate(piece)
    else process.stdout.write('idle again\n')
  }
  piece()
}

service.listener('web', {
  host: '127.0.0.1',
  start: () => (request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const ms = Number(searchParams.get('ms') ?? 0)
    response.end('ok\n', () => {
      setTimeout(() => {
        const how = searchParams.get('how')
        if (how === 'busy') keepBusy(ms, Number(searchParams.get('piece')))
        if (how === 'loop') blockForever(ms)
        if (how === 'atomics') waitInAtomics(ms)
        if (how === 'child') waitForChild(ms)
        if (how === 'regex') /^(?:a+)+$/.test(`${'a'.repeat(50)}b`)
        if (how === 'exit') process.exit(7)
        if (how === 'inspect') openInspector(0, '127.0.0.1')
        else if (how !== 'busy') process.stdout.write('over\n')
      }, 20)
    })
  },
})
// Of a thread that Node tells of, a test can be the end.
process.on('worker', (worker: { terminate(): Promise<number> }) => {
  process.stdout.write('a thread\n')
  process.on('SIGUSR2', () => void worker.terminate())
})
await service.run()
