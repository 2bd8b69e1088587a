import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { ROOT, filesUnder, readText } from '../../scripts/repository-files.ts'

const pages = ['README.md', ...filesUnder('docs/guide')].filter((path) => path.endsWith('.md'))

/** Each block of TypeScript on a page that stands for itself: one that imports what it uses. */
function wholeBlocks(page: string): readonly string[] {
  return [...readText(page).matchAll(/^```ts\n([\s\S]*?)^```$/gm)]
    .map(([, code = '']) => code)
    .filter((code) => /^import /m.test(code))
}

/** What the compiler says about the blocks. */
async function check(blocks: readonly string[]): Promise<string> {
  await mkdir(join(ROOT, 'build'), { recursive: true })
  const folder = await mkdtemp(join(ROOT, 'build/inline-code-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const [index, block] of blocks.entries()) await writeFile(join(folder, `block-${index}.ts`), block)
  // Under our own settings: with the sources in place of a build, the compiler sees those, too.
  const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false }
  const config = { extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: ['*.ts'], exclude: [] }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
  try {
    const tsc = join(ROOT, 'node_modules/.bin/tsc')
    return (await promisify(execFile)(process.execPath, [tsc, '-p', folder], { cwd: folder })).stdout
  } catch (error) {
    return (error as { readonly stdout: string }).stdout
  }
}

test('every whole block of TypeScript in the README and the guide is correct', { timeout: 60_000 }, async () => {
  const blocks = pages.flatMap((page) => wholeBlocks(page).map((code) => `// From ${page}\n${code}`))
  expect(blocks).not.toEqual([])
  expect(await check(blocks)).toBe('')
})

test('a block that uses what does not exist is found', { timeout: 60_000 }, async () => {
  const said = await check(["import { createService } from 'seaworthy'\ncreateService({ nmae: 'x' })\n"])
  expect(said).toContain("'nmae' does not exist")
})
