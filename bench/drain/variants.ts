import { fileURLToPath } from 'node:url'

/** What a service speaks: HTTP/1.1 or HTTP/2, each without and with TLS, or gRPC without. */
export type Kind = 'http' | 'https' | 'h2c' | 'h2' | 'grpc'

/** One service under trial. */
export interface Variant {
  /** `seaworthy/<kind>`, or the name of the package, with its setting when it is not the one of its own first example. */
  readonly name: string
  readonly isOurs: boolean
  readonly kind: Kind
  /** The package whose version is stated; `undefined` for Node itself. */
  readonly packageName?: string
  /** How it is set up, in a few words, and where that is recommended. */
  readonly setup: string
  /** Whether `/ws` echoes over a WebSocket. */
  readonly hasWebSockets?: boolean
  /** The file in `services/`; a folder is started by wattpm. */
  readonly service: string
  readonly nodeFlags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

function ours(kind: string, setup: string, more: Partial<Variant> = {}): Variant {
  return {
    name: `seaworthy/${kind}`,
    isOurs: true,
    kind: 'http',
    setup,
    service: `seaworthy-${kind}.ts`,
    ...more,
  }
}

function peer(packageName: string, service: string, setup: string, more: Partial<Variant> = {}): Variant {
  return { name: packageName, isOurs: false, kind: 'http', packageName, service, setup, ...more }
}

const DELAYED = { BENCH_DELAYED: '1' }

/** In the order of the page. */
export const VARIANTS: readonly Variant[] = [
  ours('http', 'a handler of `node:http`'),
  ours('ws', 'a server of the package ws beside a handler of `node:http`, `attach()`', { hasWebSockets: true }),
  ours('https', 'a server of `node:https`', { kind: 'https' }),
  ours('http2', 'a server of `node:http2` without TLS', { kind: 'h2c' }),
  ours('http2-tls', 'a server of `node:http2` with TLS and `allowHTTP1`', {
    kind: 'h2',
    service: 'seaworthy-http2.ts',
    env: { BENCH_TLS: '1' },
  }),
  ours('express', 'an application of Express 5, `attach()`'),
  ours('fastify', 'an application of Fastify 5, `attach()`'),
  ours('koa', 'an application of Koa 3, `attach()`'),
  ours('hono', 'an application of Hono 4 on @hono/node-server, `attach()`'),
  ours('nest', 'an application of Nest 12 on Express, `attach()`'),
  ours('nest-fastify', 'the same on Fastify', {
    service: 'seaworthy-nest.ts',
    env: { BENCH_PLATFORM: 'fastify' },
  }),
  ours('grpc', 'a server of @grpc/grpc-js, `attach()`', { kind: 'grpc' }),
  ours('register', '`node --import seaworthy/register`, on the server without a handler below', {
    service: 'bare.mjs',
    hasWebSockets: true,
    nodeFlags: ['--import=seaworthy/register'],
  }),
  {
    name: 'node:http (no handler)',
    isOurs: false,
    kind: 'http',
    setup: 'bare: nobody listens to SIGTERM',
    service: 'bare.mjs',
    hasWebSockets: true,
  },
  {
    name: 'node:http',
    isOurs: false,
    kind: 'http',
    setup: 'bare: `server.close()` on SIGTERM, then exit',
    service: 'node-http.mjs',
    hasWebSockets: true,
  },
  {
    name: 'node:http2',
    isOurs: false,
    kind: 'h2c',
    setup: 'bare: `server.close()` on SIGTERM, then exit',
    service: 'node-http2.mjs',
  },
  peer('@godaddy/terminus', 'terminus.mjs', 'as in its first example, `timeout` 10 s', { hasWebSockets: true }),
  peer('@godaddy/terminus', 'terminus.mjs', 'for Kubernetes: `beforeShutdown` waits, `useExit0`', {
    name: '@godaddy/terminus + delay',
    env: DELAYED,
  }),
  peer('lightship', 'lightship.mjs', '`shutdownDelay`, `server.close()` as its shutdown handler'),
  peer('lightship', 'lightship.mjs', '`shutdownDelay`, http-terminator as its shutdown handler', {
    name: 'lightship + http-terminator',
    env: { BENCH_TERMINATOR: '1' },
  }),
  peer('http-terminator', 'http-terminator.mjs', '`terminate()` on SIGTERM', { hasWebSockets: true }),
  peer('stoppable', 'stoppable.mjs', '`stop()` on SIGTERM', { hasWebSockets: true }),
  peer('close-with-grace', 'close-with-grace.mjs', '`server.close()` as its function'),
  peer('http-graceful-shutdown', 'http-graceful-shutdown.mjs', 'as in its first example', { hasWebSockets: true }),
  peer('http-graceful-shutdown', 'http-graceful-shutdown.mjs', '`preShutdown` waits', {
    name: 'http-graceful-shutdown + delay',
    env: DELAYED,
  }),
  peer('http-graceful-shutdown', 'http-graceful-shutdown.mjs', 'the same on `node:http2`', {
    name: 'http-graceful-shutdown (http2)',
    kind: 'h2c',
    env: { BENCH_HTTP2: '1' },
  }),
  peer('fastify', 'fastify.mjs', '`close()` by close-with-grace'),
  peer('fastify', 'fastify.mjs', '`close()` by close-with-grace, `return503OnClosing: false`', {
    name: 'fastify (no 503)',
    env: { BENCH_503: '0' },
  }),
  peer('fastify', 'fastify.mjs', '`close()` by close-with-grace, `http2: true`', {
    name: 'fastify (http2)',
    kind: 'h2c',
    env: { BENCH_HTTP2: '1' },
  }),
  peer('@nestjs/core', 'nest.mjs', 'on Express, `enableShutdownHooks()`'),
  peer('@nestjs/core', 'nest.mjs', 'the same, `forceCloseConnections: true`', {
    name: '@nestjs/core (force)',
    env: { BENCH_FORCE: '1' },
  }),
  peer('@nestjs/core', 'nest.mjs', 'the same, `beforeApplicationShutdown` waits', {
    name: '@nestjs/core (force) + delay',
    env: { BENCH_FORCE: '1', ...DELAYED },
  }),
  peer('@grpc/grpc-js', 'grpc.mjs', '`tryShutdown()` on SIGTERM, then exit', { kind: 'grpc' }),
  peer('wattpm', 'wattpm', 'a Node application, one worker, `wattpm start`'),
]

const HERE = fileURLToPath(new URL('./', import.meta.url))
const WATTPM = fileURLToPath(new URL('../node_modules/wattpm/bin/cli.js', import.meta.url))

/** The command that starts a variant, and the folder that it starts in. */
export function commandOf({ isOurs, service, nodeFlags = [] }: Variant): {
  readonly args: readonly string[]
  readonly cwd: string
} {
  const services = `${HERE}services`
  if (service === 'wattpm') return { args: [WATTPM, 'start'], cwd: `${services}/wattpm` }
  const flags = ['--disable-warning=ExperimentalWarning', ...nodeFlags]
  return { args: [...(isOurs ? ['--conditions=seaworthy-source', ...flags] : flags), service], cwd: services }
}
