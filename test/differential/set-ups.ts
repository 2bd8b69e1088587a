/** A small service of which the telemetry is compared. */
export interface Program {
  readonly name: string
  readonly file: URL
  /** Published instrumentations that a user of its libraries would have, by the last part of their names. */
  readonly instrumentations: readonly string[]
  /** With which set-ups of ours. */
  readonly setUps: readonly SetUpName[]
}

export type SetUpName = 'engine' | 'own' | 'both'

/** What a program is started with. */
export interface SetUp {
  readonly name: 'stock' | SetUpName
  readonly preload: 'stock.mjs' | 'seaworthy.mjs'
  /** What of ours observes by itself. */
  readonly own: (program: Program) => readonly ('http' | 'databases' | 'runtime')[]
  readonly instrumentations: (program: Program) => readonly string[]
}

/** What ours observes itself, so that nobody needs the published instrumentation. */
const OBSERVED_BY_US = new Set(['http', 'undici', 'runtime-node', 'ioredis'])

export const STOCK: SetUp = {
  name: 'stock',
  preload: 'stock.mjs',
  own: () => [],
  instrumentations: (program) => program.instrumentations,
}

export const SET_UPS: Readonly<Record<SetUpName, SetUp>> = {
  /** The engine alone: everything is observed by what is published. */
  engine: { ...STOCK, name: 'engine', preload: 'seaworthy.mjs' },
  /** As it is meant: ours observes HTTP, the runtime and what publishes its calls; published instrumentations observe the libraries. */
  own: {
    name: 'own',
    preload: 'seaworthy.mjs',
    own: ({ name }) => (name === 'runtime' ? ['http', 'databases', 'runtime'] : ['http', 'databases']),
    instrumentations: ({ instrumentations }) => instrumentations.filter((name) => !OBSERVED_BY_US.has(name)),
  },
  /** Published instrumentations of HTTP as well, as where somebody only adds Seaworthy. */
  both: { ...STOCK, name: 'both', preload: 'seaworthy.mjs', own: () => ['http', 'databases'] },
}

const program = (file: string): URL => new URL(`programs/${file}`, import.meta.url)

export const PROGRAMS: readonly Program[] = [
  { name: 'http', file: program('http.mjs'), instrumentations: ['http'], setUps: ['engine', 'own', 'both'] },
  { name: 'fetch', file: program('fetch.mjs'), instrumentations: ['undici'], setUps: ['engine', 'own', 'both'] },
  {
    name: 'express',
    file: program('express.mjs'),
    instrumentations: ['http', 'express'],
    setUps: ['engine', 'own', 'both'],
  },
  {
    name: 'fastify',
    file: program('fastify.mjs'),
    instrumentations: ['http', 'undici'],
    setUps: ['engine', 'own', 'both'],
  },
  {
    name: 'fastify-otel',
    file: program('fastify-otel.mjs'),
    instrumentations: ['http', 'undici', 'fastify'],
    setUps: ['engine', 'own', 'both'],
  },
  { name: 'fastify-plugin', file: program('fastify-plugin.mjs'), instrumentations: [], setUps: ['engine'] },
  { name: 'koa', file: program('koa.cjs'), instrumentations: ['http', 'koa'], setUps: ['engine', 'own', 'both'] },
  { name: 'grpc', file: program('grpc.cjs'), instrumentations: ['http', 'grpc'], setUps: ['engine', 'own', 'both'] },
  { name: 'manual', file: program('manual.mjs'), instrumentations: [], setUps: ['engine'] },
  { name: 'pino', file: program('pino.cjs'), instrumentations: ['pino'], setUps: ['engine'] },
  { name: 'runtime', file: program('runtime.mjs'), instrumentations: ['runtime-node'], setUps: ['engine', 'own'] },
]

/** Those that need a server of the system, whose address is in `DIFFERENTIAL_URL`. */
export const SYSTEM_PROGRAMS: Readonly<Record<'pg' | 'ioredis', Program>> = {
  pg: { name: 'pg', file: program('pg.cjs'), instrumentations: ['pg'], setUps: ['engine', 'own'] },
  ioredis: {
    name: 'ioredis',
    file: program('ioredis.mjs'),
    instrumentations: ['ioredis'],
    setUps: ['engine', 'own', 'both'],
  },
}
