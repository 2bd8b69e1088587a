import { writeFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { ROOT, readManifest } from '../../scripts/repository-files.ts'
import { changesByImporting, modulesLoadedBy } from './imported-modules.ts'
import { TOOL_SIDE } from './layer-table.ts'

const fromSource = { directory: ROOT, nodeArguments: ['--conditions=seaworthy-source'] }

/** Libraries that a service must not pay for unless it chose them: parsers and the gRPC stack. */
const NOT_AT_IMPORT = /node_modules\/(?:@grpc|protobufjs|@protobufjs|yaml|oxc-parser|[^/]*exporter[^/]*grpc)\//
const NOT_AT_IMPORT_SCOPED = /node_modules\/@opentelemetry\/(?:exporter-\w+-otlp-grpc|otlp-grpc-exporter-base)\//

const toolSide = new RegExp(`/(?:src|dist)/(?:${TOOL_SIDE.join('|')})/`)

/** Subpaths that a production process may import; `testing` is for tests. */
const forProduction = Object.keys(readManifest().exports)
  .filter((subpath) => !['./package.json', './testing'].includes(subpath))
  .map((subpath) => `seaworthy${subpath.slice(1)}`)

test.each(forProduction)('importing %s loads nothing of the tool side, no parser and no gRPC library', async (name) => {
  const loaded = await modulesLoadedBy(`await import('${name}')`, fromSource)
  expect(loaded.some((url) => url.includes('/src/'))).toBe(true)
  expect(loaded.filter((url) => toolSide.test(url))).toEqual([])
  expect(loaded.filter((url) => NOT_AT_IMPORT.test(url) || NOT_AT_IMPORT_SCOPED.test(url))).toEqual([])
})

/** Importing it is the asking; what it does is tested in `test/register`. */
const DOES_AT_IMPORT = 'seaworthy/register'
const nothingHappens = [...forProduction, 'seaworthy/testing'].filter((name) => name !== DOES_AT_IMPORT)

test.each(nothingHappens)('nothing happens at the import of %s', async (name) => {
  expect(await changesByImporting(name, fromSource)).toEqual({})
})

test('the recorder sees what import, import() and require() load, also from CommonJS packages', async () => {
  const loaded = await modulesLoadedBy(
    `import 'yaml'
     await import('pino')
     const { createRequire } = await import('node:module')
     createRequire(${JSON.stringify(`${ROOT}/x.js`)})('@grpc/grpc-js')`,
    fromSource,
  )
  for (const name of ['yaml', 'pino', '@grpc/grpc-js']) {
    expect(
      loaded.some((url) => url.includes(`node_modules/${name}/`)),
      name,
    ).toBe(true)
  }
})

test.each([
  ['a signal listener', "process.on('SIGTERM', () => {})", 'listeners'],
  ['a timer', 'setInterval(() => {}, 60_000)', 'resources'],
  ['a timer that keeps nothing alive', 'setInterval(() => {}, 60_000).unref()', 'begun'],
  ['a worker', 'import { Worker } from "node:worker_threads"; new Worker("", { eval: true }).unref()', 'begun'],
  ['a variable of the environment', "process.env.LEFT_BEHIND = '1'", 'environment'],
  ['a global', "globalThis[Symbol.for('left.behind')] = 1", 'globals'],
  ['a patched method', 'import { Server } from "node:http"; Server.prototype.emit = () => true', 'methods'],
])('%s left behind by an import is seen', async (_what, code, where) => {
  const folder = await mkdtemp(join(tmpdir(), 'seaworthy-effect-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'effect.mjs')
  await writeFile(file, code)
  expect(Object.keys((await changesByImporting(pathToFileURL(file).href, fromSource)) as object)).toContain(where)
})
