import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, inject, test } from 'vitest'
import { ROOT } from '../../scripts/repository-files.ts'

const project = inject('installedProject')
const TSC = join(ROOT, 'node_modules/.bin/tsc')

const COMMONJS = `
import seaworthy = require('seaworthy')
const error = new seaworthy.SeaworthyError('SEA_ENV_INVALID', 'x', { hint: 'y' })
export const code: seaworthy.ErrorCode = error.code
`

const MISTAKE = `
import { SeaworthyError } from 'seaworthy'
new SeaworthyError('SEA_NO_SUCH_CODE', 'x')
`

interface Setting {
  readonly what: string
  readonly file: string
  readonly text: string
  readonly options: Readonly<Record<string, unknown>>
}

/** Checks one file of the user's project and gives what the compiler said. */
async function check({ file, text, options }: Omit<Setting, 'what'>, folderName: string): Promise<string> {
  const folder = join(project, folderName)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, file), text)
  const compilerOptions = {
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    types: ['node'],
    ...options,
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }))
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [TSC, '-p', folder], { cwd: project })
    return stdout
  } catch (error) {
    return (error as { readonly stdout: string }).stdout
  }
}

const consumer = await readFile(new URL('fixtures/consumer.ts', import.meta.url), 'utf8')

const settings: readonly Setting[] = [
  { what: 'ESM under nodenext', file: 'a.ts', text: consumer, options: { module: 'nodenext' } },
  {
    what: 'ESM for a bundler',
    file: 'a.ts',
    text: consumer,
    options: { module: 'preserve', moduleResolution: 'bundler' },
  },
  { what: 'CommonJS under nodenext', file: 'a.cts', text: COMMONJS, options: { module: 'nodenext' } },
]

test.each(settings)('a strict project sees the types as $what', async ({ what, ...setting }) => {
  expect(await check({ ...setting, options: { ...setting.options, skipLibCheck: true } }, folderOf(what))).toBe('')
})

test('our own declarations are correct by themselves, for a project that checks those of its libraries', async () => {
  const said = await check({ file: 'a.ts', text: consumer, options: { module: 'nodenext' } }, 'checking-libraries')
  expect(said.split('\n').filter((line) => line.includes('node_modules/seaworthy/'))).toEqual([])
})

test('the types refuse a mistake, so they are not all any', async () => {
  const said = await check({ file: 'a.ts', text: MISTAKE, options: { module: 'nodenext' } }, 'mistake')
  expect(said).toContain('SEA_NO_SUCH_CODE')
})

function folderOf(what: string): string {
  return what.toLowerCase().replaceAll(' ', '-')
}
