import type { Change, Example, Source } from './example.ts'

const READ_ON = '2026-11-23'
const ROUTE = 'An application has something to answer.'
const SLOW = 'A request that takes a while is what a graceful stop is for.'
const PORT = 'Several replicas run on one machine at once, so each is told its port.'
const NO_DECORATORS = 'Plain JavaScript has no decorators: they are called as functions.'

/** Of those whose source says nothing of how the port is configured. */
const OWN_PORT = {
  'START-05': 'How the port is read was added here.',
  'START-06': 'How the port is read was added here.',
}

const RAISES_AGAIN =
  'STOP-06: at the end of its hooks Nest sends the signal to itself once more, on purpose. As process 1 of a container it ends with 0 (STOP-08), because the kernel ignores that one there.'

export const NODE_EXAMPLES: readonly Example[] = [
  example({
    name: 'express-page',
    title: 'Express: its page on graceful shutdown',
    framework: 'Express',
    source: {
      url: 'https://expressjs.com/en/advanced/healthcheck-graceful-shutdown.html',
      title: 'Express, "Health Checks and Graceful Shutdown"',
      date: READ_ON,
      version: '07296039d931',
      licence: 'CC-BY-SA-3.0',
      taken: 'followed',
    },
    files: ['server.mjs'],
    versions: { express: '5.3.0' },
    aboutChanges: OWN_PORT,
    changes: [
      { line: "app.get('/', (request, response) => response.send('ok'))", why: ROUTE },
      { line: "app.get('/slow', (request, response) => setTimeout(() => response.send('late'), 600))", why: SLOW },
      { line: 'const port = process.env.PORT || 3000', why: PORT },
    ],
  }),
  example({
    name: 'express-terminus',
    title: 'Express: @godaddy/terminus',
    framework: 'Express',
    source: readme('https://github.com/godaddy/terminus#readme', '@godaddy/terminus', '4.12.1', {
      part: '"With express" and "How to set Terminus up with Kubernetes"',
    }),
    files: ['server.cjs'],
    versions: { '@godaddy/terminus': '4.12.1', express: '5.3.0' },
    needs: ['--ready', '/healthcheck'],
    aboutChanges: OWN_PORT,
    changes: [
      {
        line: "const { createTerminus } = require('@godaddy/terminus');",
        why: 'The part about Express leaves this line to the first part.',
      },
      { line: "app.get('/slow', (req, res) => setTimeout(() => res.send('late'), 600));", why: SLOW },
      {
        line: "healthChecks: { '/healthcheck': healthCheck },",
        why: 'The part about Express leaves its options open; these are those of the parts that are named.',
      },
      { line: 'server.listen(process.env.PORT || 3000);', why: PORT },
    ],
  }),
  example({
    name: 'fastify-cli',
    title: 'Fastify: what `fastify eject` writes',
    framework: 'Fastify',
    source: {
      url: 'https://github.com/fastify/fastify-cli/blob/v8.0.2/templates/eject/server.js',
      title: 'fastify-cli, `templates/eject/server.js`',
      date: READ_ON,
      version: '8.0.2',
      licence: 'MIT',
      taken: 'quoted',
    },
    files: ['server.cjs', 'app.cjs'],
    versions: { fastify: '5.12.8', 'close-with-grace': '2.5.0' },
    remark:
      'STOP-06: the template gives its stop 500 ms, of which the slow request takes 600; FASTIFY_CLOSE_GRACE_DELAY allows more.',
    changes: [
      {
        line: "const appService = require('./app.cjs')",
        why: 'The folder holds modules of both kinds, so the file has another ending; the application in it has two routes.',
      },
    ],
  }),
  example({
    name: 'fastify-close-with-grace',
    title: 'Fastify: close-with-grace',
    framework: 'Fastify',
    source: readme('https://github.com/mcollina/close-with-grace#readme', 'close-with-grace', '2.5.0', {
      part: '"Example with Fastify"',
    }),
    files: ['server.mjs'],
    versions: { fastify: '5.12.8', 'close-with-grace': '2.5.0' },
    aboutChanges: OWN_PORT,
    changes: [
      { line: "app.get('/', async () => 'ok')", why: ROUTE },
      { line: "app.get('/slow', () => new Promise((resolve) => setTimeout(resolve, 600, 'late')))", why: SLOW },
      { line: 'await app.listen({ port: process.env.PORT || 3000 })', why: PORT },
    ],
  }),
  example({
    name: 'fastify-graceful-shutdown',
    title: 'Fastify: fastify-graceful-shutdown',
    framework: 'Fastify',
    source: readme(
      'https://github.com/hemerajs/fastify-graceful-shutdown#readme',
      'fastify-graceful-shutdown',
      '5.0.0',
      {
        part: '"Register plugin" and "Usage"',
      },
    ),
    files: ['server.cjs'],
    versions: { fastify: '5.12.8', 'fastify-graceful-shutdown': '5.0.0' },
    aboutChanges: OWN_PORT,
    changes: [
      { line: "const fastify = require('fastify')({ logger: true })", why: 'The application is left to the reader.' },
      { line: 'const doSomethingAsync = async () => {}', why: 'It stands for work of the reader.' },
      { line: "fastify.get('/', async () => 'ok')", why: ROUTE },
      { line: "fastify.get('/slow', () => new Promise((resolve) => setTimeout(resolve, 600, 'late')))", why: SLOW },
      { line: 'fastify.listen({ port: process.env.PORT || 3000 })', why: PORT },
    ],
  }),
  example({
    name: 'nest-shutdown-hooks',
    title: 'Nest: enableShutdownHooks()',
    framework: 'Nest',
    source: {
      url: 'https://docs.nestjs.com/fundamentals/lifecycle-events',
      title: 'Nest, "Lifecycle events", section "Application shutdown"',
      date: READ_ON,
      version: '1c6b759306f1',
      licence: 'MIT',
      taken: 'followed',
    },
    files: ['server.mjs'],
    versions: { '@nestjs/core': '12.5.1', '@nestjs/platform-express': '12.5.1' },
    remark: RAISES_AGAIN,
    changes: [
      { line: 'class AppController {', why: ROUTE },
      { line: "return new Promise((resolve) => setTimeout(resolve, 600, 'late'))", why: SLOW },
      { line: 'Module({ controllers: [AppController] })(AppModule)', why: NO_DECORATORS },
    ],
  }),
  example({
    name: 'nest-graceful-shutdown',
    title: 'Nest: nestjs-graceful-shutdown',
    framework: 'Nest',
    source: readme('https://github.com/hienngm/nestjs-graceful-shutdown#readme', 'nestjs-graceful-shutdown', '2.0.0', {
      part: '"Example"',
    }),
    files: ['server.mjs', 'app.module.mjs'],
    versions: { '@nestjs/core': '12.5.1', 'nestjs-graceful-shutdown': '2.0.0', 'http-terminator': '3.2.0' },
    aboutChanges: OWN_PORT,
    remark: RAISES_AGAIN,
    changes: [
      {
        line: "import { AppModule } from './app.module.mjs';",
        why: 'Plain JavaScript, so the file has another ending.',
      },
      { line: 'await app.listen(process.env.PORT || 3000);', why: PORT },
      { line: 'class AppController {', why: ROUTE },
      { line: "return new Promise((resolve) => setTimeout(resolve, 600, 'late'))", why: SLOW },
      { line: '})(AppModule)', why: NO_DECORATORS },
    ],
    leftOut: 'The five seconds after which it sends SIGTERM to itself, which the source says are for illustration.',
  }),
  example({
    name: 'koa-graceful',
    title: 'Koa: @ladjs/graceful',
    framework: 'Koa',
    source: readme('https://github.com/ladjs/graceful#koa', '@ladjs/graceful', '5.0.0', { part: '"Koa"' }),
    files: ['server.cjs'],
    versions: { koa: '3.3.0', '@ladjs/graceful': '5.0.0' },
    aboutChanges: OWN_PORT,
    changes: [
      { line: "ctx.body = 'ok';", why: ROUTE },
      { line: "if (ctx.path === '/slow') await new Promise((resolve) => setTimeout(resolve, 600));", why: SLOW },
      { line: 'const server = app.listen(process.env.PORT || 3000);', why: PORT },
    ],
  }),
  example({
    name: 'koa-http-terminator',
    title: 'Koa: http-terminator',
    framework: 'Koa',
    source: readme('https://github.com/gajus/http-terminator#usage-with-koa', 'http-terminator', '3.2.0', {
      part: '"Usage with Koa"',
      licence: 'BSD-3-Clause',
    }),
    files: ['server.mjs'],
    versions: { koa: '3.3.0', 'http-terminator': '3.2.0' },
    aboutChanges: OWN_PORT,
    changes: [
      { line: "ctx.body = 'ok';", why: ROUTE },
      { line: "if (ctx.path === '/slow') await new Promise((resolve) => setTimeout(resolve, 600));", why: SLOW },
      { line: 'const server = app.listen(process.env.PORT || 3000);', why: PORT },
      {
        line: "process.once('SIGTERM', async () => {",
        why: 'The source calls terminate() at once, and leaves to the reader when that is.',
      },
    ],
  }),
]

interface NodeExample extends Pick<
  Example,
  'name' | 'title' | 'framework' | 'source' | 'files' | 'versions' | 'aboutChanges' | 'remark' | 'leftOut'
> {
  readonly needs?: readonly string[]
  readonly changes: readonly Change[]
}

function example({ needs = [], ...rest }: NodeExample): Example {
  return {
    ...rest,
    language: 'javascript',
    command: ['node', `examples/${rest.name}/${rest.files[0] ?? ''}`],
    needs: ['--slow', '/slow', ...needs],
  }
}

function readme(
  url: string,
  name: string,
  version: string,
  { part, licence = 'MIT' }: { readonly part: string; readonly licence?: string },
): Source {
  return { url, title: `README of ${name}, ${part}`, date: READ_ON, version, licence, taken: 'quoted' }
}
