import { posix } from 'node:path'
import type { RenderedPage } from './reference-page.ts'
import { filesUnder, isThere, readText } from './repository-files.ts'

/** A marker, and the block of code that belongs to it, if it has been filled before. */
const SHOWN = /^<!-- example: ([^\s#]+)(?:#(\S+))? -->\n(?:```ts\n(?:.*\n)*?```\n)?/gm
const REGION_MARK = /^\s*\/\/ #(?:end)?region\b/

/** Every page of the guide with its examples as their files are now. */
export function renderGuide(): readonly RenderedPage[] {
  return filesUnder('docs/guide')
    .filter((path) => path.endsWith('.md'))
    .map((path) => ({ path, text: fillExamples(path, readText(path), { isThere, readText }) }))
}

/** Where examples are read from. */
export interface ExampleFiles {
  isThere(path: string): boolean
  readText(path: string): string
}

/**
 * Puts the code of examples into a page, so that it can be read wherever Markdown is shown: after each line
 * `<!-- example: ../examples/x.ts#region -->` comes a fenced block with that region, or with the whole file.
 *
 * @param page path of the page, from which the paths in it begin
 * @throws Error when the file or the region is not there, or the code has a fence itself
 */
export function fillExamples(page: string, text: string, files: ExampleFiles): string {
  return text.replace(SHOWN, (_shown, link: string, region: string | undefined) => {
    const path = posix.join(posix.dirname(page), link)
    const name = `${page}: the example ${link}${region === undefined ? '' : `#${region}`}`
    if (!files.isThere(path)) throw new Error(`${name}: there is no such file`)
    const code = codeOf(files.readText(path), region)
    if (code === undefined) throw new Error(`${name}: the file has no such region`)
    if (code.includes('```')) throw new Error(`${name}: the code has a fence in it, which would end the block`)
    const marker = `<!-- example: ${link}${region === undefined ? '' : `#${region}`} -->`
    return `${marker}\n\`\`\`ts\n${code}\n\`\`\`\n`
  })
}

/** The lines of a region without their common indent, or of the whole file; never the marks of regions. */
function codeOf(text: string, region: string | undefined): string | undefined {
  let lines = text.trimEnd().split('\n')
  if (region !== undefined) {
    const from = lines.findIndex((line) => line.trim() === `// #region ${region}`)
    const to = lines.findIndex((line, index) => index > from && line.trim() === `// #endregion ${region}`)
    if (from === -1 || to === -1) return undefined
    lines = lines.slice(from + 1, to)
  }
  lines = lines.filter((line) => !REGION_MARK.test(line))
  const indents = lines.filter((line) => line !== '').map((line) => line.length - line.trimStart().length)
  const indent = Math.min(...indents)
  return lines.map((line) => line.slice(indent)).join('\n')
}
