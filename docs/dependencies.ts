/** Why a package is here, in the words of the people who decided it. Version and size are measured, not written down. */
export interface DependencyReason {
  /** What it does for us that we would otherwise have to do. */
  readonly why: string
  /** What we would take instead, or why we do not do it ourselves. */
  readonly alternative: string
}

/** Every package that `dependencies` names: what a user of Seaworthy installs. */
export const RUNTIME_DEPENDENCIES: Readonly<Record<string, DependencyReason>> = {
  '@opentelemetry/api': {
    why: 'The interface that every instrumentation and every library with telemetry in it already speaks. There must be one copy in a process, so it cannot be ours.',
    alternative: 'None: another interface would cut services off from every existing instrumentation.',
  },
  '@standard-schema/spec': {
    why: 'Types only, no code: the interface by which zod, valibot, arktype and others are all accepted as a schema.',
    alternative: 'A copy of the types, which would then not be the ones of the schema libraries.',
  },
  cockatiel: {
    why: 'The circuit breaker of `seaworthy/resilience`, whose states have edge cases that many users have found. Its retry, timeout and bulkhead are not used: they know no budget, no deadline and no `Retry-After`. Loaded only with that subpath.',
    alternative:
      'opossum, with a timeout, statistics and a cache that are not needed here; or our own, which would have to find those edge cases again.',
  },
  pino: {
    why: 'JSON lines at a cost that is hard to beat, with redaction; teams know its format and its tools.',
    alternative:
      'A writer of our own. Its core is small, but its escaping, redaction and serialisers have years of bug fixes in them.',
  },
}

/** Every package whose code is a part of what we publish: nobody installs it, everybody has it. */
export const BUNDLED_DEPENDENCIES: Readonly<Record<string, DependencyReason>> = {
  yaml: {
    why: 'YAML 1.2 with positions for messages; its parser has no code execution in it. It is built in, as one file with its licence in it, which is loaded only when a YAML file is read, and by `seaworthy trial`, which reads manifests.',
    alternative: 'js-yaml (YAML 1.1 surprises, no positions), or JSON only.',
  },
}

const TEST_ONLY_SCHEMA = 'One of the schema libraries that users bring; proves that any of them works.'
const ADAPTED = 'We have an adapter for it; its drain and its close are tested against the real thing.'
const NO_FAKE = 'None: a fake would behave as we imagine it.'
const ADAPTED_PACKAGE: DependencyReason = { why: ADAPTED, alternative: NO_FAKE }
const OLD_RELEASE: DependencyReason = {
  why: 'A release that is still in use and closes in another way; our treatment of it is pinned by a test.',
  alternative: NO_FAKE,
}
const TYPES_OF = (name: string): DependencyReason => ({
  why: `Types of ${name}, which brings none.`,
  alternative: 'None.',
})
const OFFICIAL_EXPORTER = 'An official exporter that must be able to deliver to our receiver.'
const PUBLISHED_INSTRUMENTATION = {
  why: 'Tests run published instrumentations on our engine: nothing may appear twice, nothing may be missing.',
  alternative: NO_FAKE,
}
const STOCK_SDK: DependencyReason = {
  why: 'A part of the stock SDK: programs run through it and through our engine, and what arrives must say the same. It is a `provider` that must work, too.',
  alternative: NO_FAKE,
}

/** Every other package that `devDependencies` names: nobody but a contributor has these. */
export const DEVELOPMENT_DEPENDENCIES: Readonly<Record<string, DependencyReason>> = {
  '@arethetypeswrong/cli': {
    why: 'Reads the packed tarball as TypeScript would under each module resolution.',
    alternative: 'Our own consumer projects in `test/package`, which see less.',
  },
  '@fastify/otel': {
    why: "Fastify's own instrumentation, which took the place of the one among OpenTelemetry's: what it says through the stock SDK and through our engine is compared.",
    alternative: NO_FAKE,
  },
  '@fastify/websocket': ADAPTED_PACKAGE,
  '@grpc/grpc-js': ADAPTED_PACKAGE,
  '@hono/node-server': ADAPTED_PACKAGE,
  '@nestjs/common': ADAPTED_PACKAGE,
  '@nestjs/core': ADAPTED_PACKAGE,
  '@nestjs/platform-express': ADAPTED_PACKAGE,
  '@nestjs/platform-fastify': ADAPTED_PACKAGE,
  '@opentelemetry/auto-instrumentations-node': {
    why: 'The usual way to instrument a service without touching it: `seaworthy/register` must get along with it in either order.',
    alternative: NO_FAKE,
  },
  '@opentelemetry/context-async-hooks': STOCK_SDK,
  '@opentelemetry/core': STOCK_SDK,
  '@opentelemetry/exporter-logs-otlp-grpc': STOCK_SDK,
  '@opentelemetry/exporter-logs-otlp-http': { why: OFFICIAL_EXPORTER, alternative: 'Recorded bytes, which age.' },
  '@opentelemetry/exporter-logs-otlp-proto': STOCK_SDK,
  '@opentelemetry/exporter-metrics-otlp-grpc': STOCK_SDK,
  '@opentelemetry/exporter-metrics-otlp-http': { why: OFFICIAL_EXPORTER, alternative: 'Recorded bytes, which age.' },
  '@opentelemetry/exporter-metrics-otlp-proto': STOCK_SDK,
  '@opentelemetry/exporter-trace-otlp-grpc': STOCK_SDK,
  '@opentelemetry/exporter-trace-otlp-http': { why: OFFICIAL_EXPORTER, alternative: 'Recorded bytes, which age.' },
  '@opentelemetry/exporter-trace-otlp-proto': STOCK_SDK,
  '@opentelemetry/instrumentation': PUBLISHED_INSTRUMENTATION,
  '@opentelemetry/instrumentation-grpc': PUBLISHED_INSTRUMENTATION,
  '@opentelemetry/instrumentation-http': PUBLISHED_INSTRUMENTATION,
  '@opentelemetry/instrumentation-pg': PUBLISHED_INSTRUMENTATION,
  '@opentelemetry/instrumentation-undici': PUBLISHED_INSTRUMENTATION,
  '@opentelemetry/otlp-transformer': {
    why: 'Encodes what the stock SDK has recorded, for comparison with what our encoder makes of the same.',
    alternative: NO_FAKE,
  },
  '@opentelemetry/propagator-b3': STOCK_SDK,
  '@opentelemetry/resources': STOCK_SDK,
  '@opentelemetry/sdk-logs': STOCK_SDK,
  '@opentelemetry/sdk-metrics': STOCK_SDK,
  '@opentelemetry/sdk-trace': STOCK_SDK,
  '@redis/client': {
    why: 'Its commands are observed by what it publishes; that is tested with the real thing and a real Redis.',
    alternative: NO_FAKE,
  },
  '@types/express': TYPES_OF('express'),
  '@types/koa': TYPES_OF('koa'),
  '@types/node': { why: 'Types of Node, of the line we develop on.', alternative: 'None.' },
  '@types/pg': TYPES_OF('pg'),
  '@types/ws': TYPES_OF('ws'),
  amqplib: ADAPTED_PACKAGE,
  arktype: { why: TEST_ONLY_SCHEMA, alternative: 'None: a fake would prove nothing.' },
  bullmq: ADAPTED_PACKAGE,
  croner: ADAPTED_PACKAGE,
  express: ADAPTED_PACKAGE,
  'express-4': OLD_RELEASE,
  'fast-check': {
    why: 'Looks for the counter-example wherever there is an invariant, and shrinks it.',
    alternative: 'Random loops by hand, without shrinking or a seed to repeat.',
  },
  fastify: {
    why: 'The framework of the example service.',
    alternative: 'node:http, which fewer services are written in.',
  },
  'fastify-4': OLD_RELEASE,
  'fastify-5-10': OLD_RELEASE,
  'grpc-health-check': {
    why: 'The usual implementation of the gRPC health protocol, which must turn NOT_SERVING in time.',
    alternative: NO_FAKE,
  },
  hono: ADAPTED_PACKAGE,
  ioredis: {
    why: 'Its commands are observed by what it publishes; and it is the client that BullMQ is given in tests.',
    alternative: NO_FAKE,
  },
  kafkajs: ADAPTED_PACKAGE,
  knip: {
    why: 'Finds files, exports and dependencies that nothing uses.',
    alternative: 'Review, which misses them.',
  },
  koa: ADAPTED_PACKAGE,
  mysql2: {
    why: 'Its queries are observed by what it publishes; that is tested with the real thing, which has a server of the protocol, too.',
    alternative: NO_FAKE,
  },
  node: {
    why: 'Puts one exact Node first on the path of every npm script, whatever the machine has.',
    alternative: 'A version manager that every contributor and CI has to have.',
  },
  'node-cron': ADAPTED_PACKAGE,
  'otlp-decoder-oracle': {
    why: 'The last transformer generated from the protocol files, as an independent decoder to test our codec against.',
    alternative: 'A codec generated by protoc, which needs a compiler that npm cannot install.',
  },
  'oxc-parser': {
    why: 'Parses TypeScript to its syntax tree, for the conventions tests and generated pages.',
    alternative: 'The compiler of TypeScript 7 has no JavaScript interface yet.',
  },
  oxfmt: { why: 'One format, without discussion.', alternative: 'prettier, which is far slower.' },
  oxlint: {
    why: 'Finds mistakes quickly enough to run before every commit.',
    alternative: 'eslint, whose typed rules need an older TypeScript.',
  },
  'oxlint-tsgolint': {
    why: 'The rules that need types: floating promises above all.',
    alternative: 'Going without them.',
  },
  pg: ADAPTED_PACKAGE,
  publint: { why: 'Checks the packed package.json against what Node and bundlers do.', alternative: 'Review.' },
  'reflect-metadata': { why: 'NestJS needs it to start.', alternative: 'None.' },
  rolldown: {
    why: 'Joins the compiled files into the few that are published, so that a service starts without reading hundreds.',
    alternative: 'Publishing every file, which doubled the time that Node took to read and link them.',
  },
  rxjs: { why: 'NestJS needs it to start.', alternative: 'None.' },
  'signal-exit': {
    why: 'Half of all command lines have it: it changes how a process hears signals, and our register must live with it.',
    alternative: NO_FAKE,
  },
  'socket.io': ADAPTED_PACKAGE,
  'socket.io-client': { why: 'The other end of socket.io in tests.', alternative: NO_FAKE },
  typescript: { why: 'Checks the types, and builds `dist`.', alternative: 'None for the check.' },
  valibot: { why: TEST_ONLY_SCHEMA, alternative: 'None: a fake would prove nothing.' },
  vitest: {
    why: 'Runs the tests on the very sources, without a transform, in a process each.',
    alternative: "Node's own runner, without inline snapshots and with weaker reports.",
  },
  ws: ADAPTED_PACKAGE,
  zod: { why: TEST_ONLY_SCHEMA, alternative: 'None: a fake would prove nothing.' },
}
