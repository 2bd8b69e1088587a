import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { ROOT, filesUnder, readText } from '../../scripts/repository-files.ts'
import { declaredNames } from './declared-names.ts'

const pages = ['README.md', ...filesUnder('docs/guide')].filter((path) => path.endsWith('.md'))

interface Block {
  readonly page: string
  readonly code: string
  /** The file that readers are led to for the rest, by a link right below. */
  readonly linked: string | undefined
}

/** Each block of TypeScript on a page. */
function blocksOf(page: string, text: string): readonly Block[] {
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```\n(?:\n.*\]\(([^)]+\.ts)\)\n)?/gm)].map(([, code = '', link]) => ({
    page,
    code,
    linked: link === undefined ? undefined : posix.join(posix.dirname(page), link),
  }))
}

/** What the compiler says about each block by itself. */
async function compile(blocks: readonly Block[]): Promise<readonly (readonly string[])[]> {
  await mkdir(join(ROOT, 'build'), { recursive: true })
  const folder = await mkdtemp(join(ROOT, 'build/inline-code-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const [index, { code }] of blocks.entries()) {
    await writeFile(join(folder, `block-${index}.ts`), `${code}\nexport {}\n`)
  }
  // Under our own settings: with the sources in place of a build, the compiler sees those, too.
  const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false }
  const config = { extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: ['*.ts'], exclude: [] }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const said = await sayingsOf(folder)
  const elsewhere = said.filter((line) => !/^block-\d+\.ts\(/.test(line))
  if (elsewhere.length > 0) throw new Error(`the compiler: ${elsewhere.join('\n')}`)
  return blocks.map((_block, index) => said.filter((line) => line.startsWith(`block-${index}.ts(`)))
}

/** The errors, each on one line. */
async function sayingsOf(folder: string): Promise<readonly string[]> {
  const tsc = [join(ROOT, 'node_modules/.bin/tsc'), '-p', folder, '--pretty', 'false']
  const { stdout } = await promisify(execFile)(process.execPath, tsc, { cwd: folder }).catch(
    (error: unknown) => error as { readonly stdout: string },
  )
  return stdout.split(/\n(?=\S)/).flatMap((error) => (error.trim() === '' ? [] : [error.trim()]))
}

/**
 * What is wrong with blocks for somebody who copies them: whatever the compiler says. But where a link leads to a whole
 * file, names that are declared there may be used (imports may not be missing), and what follows from not knowing these is
 * checked in that file.
 */
async function problemsOf(blocks: readonly Block[]): Promise<readonly string[]> {
  const compiled = await compile(blocks)
  return blocks.flatMap(({ page, linked }, index) => {
    const errors = compiled[index] ?? []
    const known = linked === undefined ? new Set<string>() : declaredNames(linked, readText(linked))
    const isExplained = (error: string): boolean => known.has(unknownName(error) ?? '')
    const unknown = errors.filter((error) => unknownName(error) !== undefined && !isExplained(error))
    const rest = errors.some(isExplained) ? unknown : errors
    return rest.map((error) => `${page}: ${error}`)
  })
}

/** The name that the compiler does not know. */
function unknownName(error: string): string | undefined {
  const found = /Cannot find name(?:space)? '(\w+)'|shorthand property '(\w+)'/.exec(error)
  return found?.[1] ?? found?.[2]
}

const LIMIT = { timeout: 60_000 }

test('every block of TypeScript in the README and the guide shows what it uses, or where that is', LIMIT, async () => {
  const blocks = pages.flatMap((page) => blocksOf(page, readText(page)))
  expect(blocks.length).toBeGreaterThan(30)
  expect(await problemsOf(blocks)).toEqual([])
})

const OF_A_FILE = '\n[rest](../examples/consumers.ts)\n' // it declares `service` and imports `every`

test.each([
  ['uses what does not exist', "import { createService } from 'seaworthy'\ncreateService({ nmae: 'x' })", '', "'nmae'"],
  ['declares nothing of what it uses', "service.check('x')", '', "Cannot find name 'service'"],
  ['uses more than the linked file declares', 'service.run(queue)', OF_A_FILE, "Cannot find name 'queue'"],
  ['shows no import of what the linked file imports', "service.consumer('x', every('5s'))", OF_A_FILE, "'every'"],
  ['needs nothing of the linked file, but is wrong', "const a: number = 'x'", OF_A_FILE, 'not assignable'],
])('a block that %s is found', LIMIT, async (_what, code, after, finding) => {
  const problems = await problemsOf(blocksOf('docs/guide/page.md', `\`\`\`ts\n${code}\n\`\`\`\n${after}`))
  expect(problems.join('\n')).toContain(finding)
})

test('a block that uses what the linked file declares is none', LIMIT, async () => {
  const text = `\`\`\`ts\nservice.task('x', { run: ({ log }) => log.info('x') })\n\`\`\`\n${OF_A_FILE}`
  expect(await problemsOf(blocksOf('docs/guide/page.md', text))).toEqual([])
})
