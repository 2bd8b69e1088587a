import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startReceiver, type TestReceiver } from 'seaworthy/testing'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** A service of the shop as a process of its own. */
export interface RunningService {
  readonly url: string
  readonly probes: string
  /** What it printed, line by line. */
  readonly lines: readonly string[]
  readonly exit: Promise<number | null>
  kill(signal: NodeJS.Signals): void
}

/** Starts a service and waits until it is ready; or until it has ended, when it does not start. */
export async function startService(
  name: 'orders' | 'payments',
  env: Readonly<Record<string, string>>,
): Promise<RunningService> {
  const [port, adminPort] = [await freePort(), await freePort()]
  const child = spawn(process.execPath, ['--conditions=seaworthy-source', `${name}/main.ts`], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      HTTP__PORT: String(port),
      SEAWORTHY_ADMIN_PORT: String(adminPort),
      SEAWORTHY_DRAIN_DELAY: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream
      .setEncoding('utf8')
      .on('data', (text: string) => lines.push(...text.split('\n').filter((line) => line !== '')))
  let ended = false
  const exit = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      ended = true
      resolve(code)
    })
  })
  const probes = `http://127.0.0.1:${adminPort}`
  while (!ended && !(await answersOk(`${probes}/readyz`))) await new Promise((resolve) => setTimeout(resolve, 20))
  return { url: `http://127.0.0.1:${port}`, probes, lines, exit, kill: (signal) => void child.kill(signal) }
}

export interface Shop {
  readonly orders: RunningService
  readonly payments: RunningService
  readonly receiver: TestReceiver
  readonly folder: string
  [Symbol.asyncDispose](): Promise<void>
}

/** Both services and a receiver for their telemetry; stopped and cleaned up whatever happens. */
export async function startShop(env: Readonly<Record<string, string>> = {}): Promise<Shop> {
  const receiver = await startReceiver()
  const folder = await mkdtemp(join(tmpdir(), 'shop-'))
  const telemetry = {
    ...withoutUndefined(receiver.environment()),
    OTEL_BSP_SCHEDULE_DELAY: '100',
    OTEL_BLRP_SCHEDULE_DELAY: '100',
  }
  const payments = await startService('payments', { ...telemetry, ...env })
  const orders = await startService('orders', {
    ...telemetry,
    PAYMENTS__URL: payments.url,
    DATABASE__PATH: join(folder, 'orders.db'),
    OUTBOX__INTERVAL_MS: '50',
    ...env,
  })
  return {
    orders,
    payments,
    receiver,
    folder,
    async [Symbol.asyncDispose]() {
      for (const service of [orders, payments]) {
        service.kill('SIGKILL')
        await service.exit
      }
      await receiver.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export function post(url: string, body: unknown): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

async function answersOk(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  )
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

function withoutUndefined(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
