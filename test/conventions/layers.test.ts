import { expect, test } from 'vitest'
import { BUNDLED } from '../../scripts/bundled-packages.ts'
import { filesUnder, foldersIn, readManifest, readText } from '../../scripts/repository-files.ts'
import { FILE_EXCEPTIONS, LAYERS, SHARED, TOOL_SIDE } from './layer-table.ts'
import { findCycles, findLayerViolations } from './layers.ts'

const { dependencies, peerDependencies } = readManifest()
const installed = new Set([...Object.keys({ ...dependencies, ...peerDependencies }), ...BUNDLED])
const sources = new Map(
  filesUnder('src')
    .filter((path) => path.endsWith('.ts'))
    .map((path) => [path, readText(path)]),
)

test('every import in src goes where the layer table lets it go', () => {
  expect(findLayerViolations(sources, installed)).toEqual([])
})

test('no file in src imports itself by way of others', () => {
  expect(findCycles(sources)).toEqual([])
})

test('every folder of src has a line in the layer table, and no file lies outside a folder', () => {
  expect(foldersIn('src').filter((folder) => !(folder in LAYERS))).toEqual([])
  expect(filesUnder('src').filter((path) => path.split('/').length < 3)).toEqual([])
})

test('a line of the table holds only folders from lines above it', () => {
  const above = new Set<string>()
  for (const [folder, layer] of Object.entries(LAYERS)) {
    // The command line is the last; `public` may stand anywhere above it.
    expect(
      layer.folders.filter((other) => !above.has(other)),
      `the line of "${folder}"`,
    ).toEqual([])
    above.add(folder)
  }
})

test('the runtime and the tools share only core and otlp, but for the command line, which is a user of the public face', () => {
  const tools = new Set<string>(TOOL_SIDE)
  const shared = new Set<string>(SHARED)
  const crossings = Object.entries(LAYERS).flatMap(([folder, layer]) =>
    layer.folders
      .filter((other) => !shared.has(other) && !shared.has(folder) && tools.has(folder) !== tools.has(other))
      .map((other) => `${folder} → ${other}`),
  )
  expect(crossings).toEqual(['cli → public'])
})

test('every exception is for a file that exists and needs it', () => {
  for (const path of Object.keys(FILE_EXCEPTIONS)) {
    const text = sources.get(path)
    expect(text, path).toBeDefined()
    const asAnother = new Map([...sources, [path.replace('.ts', '-without-exception.ts'), text ?? '']])
    expect(findLayerViolations(asAnother, installed), path).not.toEqual([])
  }
})

const planted: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
  [
    'an upward import',
    { 'src/core/x.ts': "import { y } from '../lifecycle/y.ts'", 'src/lifecycle/y.ts': 'export const y = 1' },
    'src/core/x.ts:1 imports "../lifecycle/y.ts": "core" may not import "lifecycle"',
  ],
  [
    'an upward import of a type only',
    { 'src/core/x.ts': "\nimport type { Y } from '../otlp/y.ts'", 'src/otlp/y.ts': 'export type Y = 1' },
    'src/core/x.ts:2 imports "../otlp/y.ts": "core" may not import "otlp"',
  ],
  [
    'an upward import inside a type',
    { 'src/core/x.ts': "export type X = import('../otlp/y.ts').Y", 'src/otlp/y.ts': 'export type Y = 1' },
    'src/core/x.ts:1 imports "../otlp/y.ts": "core" may not import "otlp"',
  ],
  [
    'a re-export from the tool side',
    { 'src/public/index.ts': "export * from '../store/y.ts'", 'src/store/y.ts': 'export const y = 1' },
    'src/public/index.ts:1 imports "../store/y.ts": "public" may not import "store"',
  ],
  [
    'an import made while running',
    { 'src/config/x.ts': "export const y = () => import('../telemetry/y.ts')", 'src/telemetry/y.ts': '' },
    'src/config/x.ts:1 imports "../telemetry/y.ts": "config" may not import "telemetry"',
  ],
  [
    'an adapter that looks behind the public face',
    { 'src/adapters/x.ts': "import '../lifecycle/y.ts'", 'src/lifecycle/y.ts': '' },
    'src/adapters/x.ts:1 imports "../lifecycle/y.ts": "adapters" may not import "lifecycle"',
  ],
  [
    'a package that the folder has no business with',
    { 'src/receiver/x.ts': "import pino from 'pino'" },
    'src/receiver/x.ts:1 imports "pino": "receiver" may not import the package pino',
  ],
  [
    'a package by require()',
    { 'src/core/x.ts': "declare const require: (id: string) => unknown\nrequire('@grpc/grpc-js/build/x')" },
    'src/core/x.ts:2 imports "@grpc/grpc-js/build/x": "core" may not import the package @grpc/grpc-js',
  ],
  [
    'the package itself from below',
    { 'src/telemetry/x.ts': "import { createService } from 'seaworthy'" },
    'src/telemetry/x.ts:1 imports "seaworthy": "telemetry" may not import "public"',
  ],
  [
    'a file outside src',
    { 'src/core/x.ts': "import '../../scripts/y.ts'" },
    'src/core/x.ts:1 imports "../../scripts/y.ts": it lies outside src',
  ],
  [
    'a file that is not there',
    { 'src/core/x.ts': "import './y.ts'" },
    'src/core/x.ts:1 imports "./y.ts": there is no such file',
  ],
  [
    'a folder without a line',
    { 'src/utils/x.ts': '' },
    'src/utils/x.ts: the folder "utils" has no line in the layer table',
  ],
]

test.each(planted)('%s is found', (_what, files, finding) => {
  expect(findLayerViolations(new Map(Object.entries(files)), installed)).toEqual([finding])
})

test('a package that is allowed but not installed for users is found', () => {
  const files = new Map([['src/logging/x.ts', "import pino from 'pino'"]])
  expect(findLayerViolations(files, new Set())).toEqual([
    'src/logging/x.ts:1 imports "pino": pino is not among the dependencies in package.json',
  ])
})

test('a cycle is found, and told as the way round', () => {
  const files = {
    'src/core/a.ts': "import './b.ts'",
    'src/core/b.ts': "import type { C } from './c.ts'",
    'src/core/c.ts': "import { b } from './b.ts'\nexport type C = typeof b",
  }
  expect(findCycles(new Map(Object.entries(files)))).toEqual(['src/core/b.ts → src/core/c.ts → src/core/b.ts'])
})

test('a file that does not parse is an error, not a file without imports', () => {
  expect(() => findLayerViolations(new Map([['src/core/x.ts', 'import {']]), installed)).toThrow('src/core/x.ts')
})
