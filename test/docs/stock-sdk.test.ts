import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { startReceiver } from 'seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { ROOT } from '../../scripts/repository-files.ts'
import { startProgram } from '../process/start-service.ts'

/* The files on the page for those who come from the stock SDK, as they are there. */

const page = readFileSync(join(ROOT, 'docs/guide/stock-sdk.md'), 'utf8')
/** Of processes that load packages, on a machine that does other things. */
const LIMIT_MS = 60_000
const DOORS = new URL('../differential/programs/doors/', import.meta.url)

/** Writes a block of the page, known by its first line, to where it finds the packages; its URL. */
function fileOfPage(name: string): string {
  const code = new RegExp(`\`\`\`js\\n(// ${name}\\b[^]*?)\`\`\``).exec(page)?.[1]
  if (code === undefined) throw new Error(`the page has no file ${name}`)
  mkdirSync(join(ROOT, 'build'), { recursive: true })
  const folder = mkdtempSync(join(ROOT, 'build', 'page-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, name), code)
  return pathToFileURL(join(folder, name)).href
}

test.for([
  ['register', 'plain.cjs', ['--import', 'seaworthy/register']],
  ['a service', 'service.mjs', []],
] as const)(
  'instrumentations.mjs of the page, with %s: the spans of Express are there',
  { timeout: LIMIT_MS },
  async ([, file, flags]) => {
    await using receiver = await startReceiver()
    const preload = ['--import', fileOfPage('instrumentations.mjs')]
    const env = { ...receiver.environment(), SEAWORTHY_ADMIN_PORT: '0', SEAWORTHY_DRAIN_DELAY: '0' }
    await using running = startProgram(
      new URL(file, DOORS),
      { ...env, SEAWORTHY_LOG_LEVEL: 'info' },
      { flags: [...flags, ...preload], lineLimitMs: 45_000 },
    )
    const said = await running.line('ready http')
    if (flags.length > 0) await running.line('probes are answered at')
    await (await fetch(`${said.slice(said.indexOf('http'))}/inner`, { headers: { connection: 'close' } })).text()
    running.kill('SIGTERM')
    expect(await running.exit).toEqual({ code: 0, signal: null })

    const spans = receiver.store.spans()
    const server = spans.find(({ name }) => name === 'GET /inner')
    expect(server?.scope.name).toBe('seaworthy')
    const ofExpress = spans.filter(({ scope }) => scope.name === '@opentelemetry/instrumentation-express')
    expect(ofExpress.map(({ parentSpanId }) => parentSpanId)).toContain(server?.spanId)
  },
)
