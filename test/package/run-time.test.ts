import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, inject, test } from 'vitest'
import { nodeBinary } from '../../scripts/node-binary.ts'
import { NODE_VERSIONS } from '../../scripts/node-versions.ts'
import { readManifest } from '../../scripts/repository-files.ts'
import { exportedNames } from '../conventions/exported-names.ts'
import { changesByImporting, modulesLoadedBy } from '../conventions/imported-modules.ts'
import { TOOL_SIDE } from '../conventions/layer-table.ts'

const directory = inject('installedProject')

const subpaths = Object.entries(readManifest().exports).flatMap(([subpath, target]) =>
  typeof target === 'string'
    ? []
    : [{ name: `seaworthy${subpath.slice(1)}`, source: target['seaworthy-source'] ?? '' }],
)

describe.each(NODE_VERSIONS)('on Node %s', (version) => {
  /** Runs a piece of JavaScript in the user's project and gives what it printed. */
  async function run(...nodeArguments: readonly string[]): Promise<string> {
    const { stdout, stderr } = await promisify(execFile)(await nodeBinary(version), nodeArguments, {
      cwd: directory,
      timeout: 30_000,
      env: { ...process.env, NODE_OPTIONS: '' },
    })
    expect(stderr).toBe('')
    return stdout
  }

  test.each(subpaths)('import("$name") gives the values that its source names', async ({ name, source }) => {
    const values = exportedNames(source.replace('./', '')).filter((exported) => !exported.startsWith('type '))
    const code = `import * as loaded from '${name}'; console.log(JSON.stringify(Object.keys(loaded)))`
    expect(JSON.parse(await run('--input-type=module', '-e', code))).toEqual(values)
  })

  test.each(subpaths)('require("$name") gives the same module as import', async ({ name }) => {
    const code = `const required = require('${name}')
      import('${name}').then((imported) => console.log(Object.keys(imported).every((key) => imported[key] === required[key])))`
    expect(await run('--input-type=commonjs', '-e', code)).toBe('true\n')
  })

  test('an error is told apart by its code, as the reference says', async () => {
    const code = `import { SeaworthyError, isSeaworthyError } from 'seaworthy'
      const error = new SeaworthyError('SEA_ENV_INVALID', 'x')
      console.log(isSeaworthyError(error, 'SEA_ENV_INVALID'), isSeaworthyError(error, 'SEA_OPTIONS_INVALID'))`
    expect(await run('--input-type=module', '-e', code)).toBe('true false\n')
  })

  test('importing "seaworthy" loads nothing of the tool side, no parser and no gRPC library', async () => {
    const loaded = await modulesLoadedBy(`await import('seaworthy')`, { node: await nodeBinary(version), directory })
    const heavy = /node_modules\/(?:@grpc|protobufjs|@protobufjs|yaml|oxc-parser|@opentelemetry\/[\w-]*grpc[\w-]*)\//
    const ours = loaded.filter((url) => url.includes('/seaworthy/dist/'))
    const modules = (await Promise.all(ours.map(modulesIn))).flat()
    expect(modules).toContain('core/seaworthy-error.js')
    // Hundreds of modules in a few files: each file more is 0.15 ms of every start.
    expect(ours.length).toBeLessThan(18)
    expect(modules.length).toBeGreaterThan(200)
    expect(modules.filter((path) => (TOOL_SIDE as readonly string[]).includes(path.split('/')[0] ?? ''))).toEqual([])
    expect(loaded.filter((url) => heavy.test(url))).toEqual([])
  })

  const runtime = subpaths.filter(({ name }) => name !== 'seaworthy/testing')
  test.each(runtime)('importing "$name" brings in little of Node: no fetch, HTTP/2 or TLS', async ({ name }) => {
    const code = `const before = process.moduleLoadList.length
      await import('${name}')
      const natives = process.moduleLoadList.slice(before).filter((name) => name.startsWith('NativeModule '))
      console.log(JSON.stringify(natives.map((name) => name.replace('NativeModule ', ''))))`
    const natives = JSON.parse(await run('--input-type=module', '-e', code)) as readonly string[]
    const heavy = /^(?:internal\/deps\/undici\/undici|http2|https|tls|inspector|internal\/crypto\/webcrypto)$/
    expect(natives.filter((native) => heavy.test(native))).toEqual([])
    expect(natives.length).toBeLessThan(112)
  })

  test('nothing happens at the import of "seaworthy"', async () => {
    const changes = await changesByImporting('seaworthy', { node: await nodeBinary(version), directory })
    expect(changes).toEqual({})
  })

  test('a subpath that is not exported cannot be imported', async () => {
    const code = `import('seaworthy/dist/core/clock.js').catch((error) => console.log(error.code))`
    expect(await run('-e', code)).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED\n')
  })

  test('the installed command says its version', async () => {
    const command = join(directory, 'node_modules/.bin/seaworthy')
    expect((await stat(command)).mode & 0o111).not.toBe(0)
    expect((await run(command, '--version')).trim()).toContain(readManifest().version)
  })
})

/** The modules that a built file is made of: a comment stands before the code of each. */
async function modulesIn(url: string): Promise<readonly string[]> {
  const text = await readFile(new URL(url), 'utf8')
  return [...text.matchAll(/^\/\/ ([a-z0-9-]+(?:\/[a-z0-9-]+)+\.js)$/gm)].map(([, path]) => path ?? '')
}
