import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FinalFlush } from '../../../src/core/final-flush.ts'
import { createReceiver } from '../../../src/receiver/receiver.ts'
import type { StoredSpan } from '../../../src/store/stored-item.ts'
import { createService } from 'seaworthy'
import { ask, askAndLeave, type Got } from './ask.ts'
import { DEEDS } from './deeds.ts'
import type { ErrorKind } from './error-kinds.ts'

export interface Line extends Readonly<Record<string, unknown>> {
  readonly level: string | number
  readonly event?: string
  readonly request?: string
  readonly outcome?: string
}

/** What became of every way to fail. */
export interface KindResult {
  readonly got: Readonly<Record<string, Got>>
  readonly notFound: Got
  readonly head: Got
  /** After all that, an ordinary request of the same kind. */
  readonly again: Got
  readonly lines: readonly Line[]
  readonly spans: readonly StoredSpan[]
  /** Values of the counter of failures by outcome. */
  readonly counts: Readonly<Record<string, number>>
}

const LEAVING: Readonly<Record<string, string>> = { hang: 'GET', upload: 'POST' }

/** Lets handlers of one kind fail in every way, and ends the service. */
export async function runKind(kind: ErrorKind): Promise<KindResult> {
  await using receiver = createReceiver()
  const { endpoint } = await receiver.start()
  const folder = mkdtempSync(join(tmpdir(), 'errors-'))
  const fd = openSync(join(folder, 'log'), 'a')
  const waiting = new Map<string, () => void>()
  const service = createService({
    name: 'fails',
    env: { SEAWORTHY_SPOOL_DIR: 'off', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
    admin: false,
    telemetry: { sampling: { default: { probability: 1 } } },
    logging: { level: 'debug', fd },
    shutdown: { drainDelay: 0, flush: '5s' },
    finalFlush: new FinalFlush(),
    isTerminal: false,
  })
  const web = service.listener('web', { start: () => kind.build((name) => waiting.get(name)?.()) })
  try {
    await service.start()
    const port = service.address(web)?.port ?? 0
    const { wire = 'http' } = kind
    const got: Record<string, Got> = {}
    for (const name of Object.keys(DEEDS)) {
      if (kind.except?.[name] !== undefined) continue
      const method = LEAVING[name]
      if (method === undefined) {
        got[name] = await ask(wire, port, `/${name}`, { headers: { 'x-request-id': `id-of-${name}` } })
        continue
      }
      const handled = new Promise<void>((resolve) => waiting.set(name, resolve))
      await askAndLeave(port, `/${name}`, method, () => handled)
    }
    const notFound = await ask(wire, port, '/nowhere')
    const head = await ask(wire, port, '/sync', { method: 'HEAD' })
    const again = await ask(wire, port, '/exposed')
    await service.stop()
    const text = readFileSync(join(folder, 'log'), 'utf8')
    const lines = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line)
    const counts: Record<string, number> = {}
    for (const { attributes, latest } of receiver.store.metrics({ name: 'seaworthy.request.failures' })) {
      const outcome = attributes['outcome'] as string
      counts[outcome] = (counts[outcome] ?? 0) + Number((latest as { readonly value?: unknown }).value)
    }
    return { got, notFound, head, again, lines, spans: receiver.store.spans(), counts }
  } finally {
    await service.stop()
    closeSync(fd)
    rmSync(folder, { recursive: true })
  }
}
