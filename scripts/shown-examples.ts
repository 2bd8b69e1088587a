import { posix } from 'node:path'
import { type Span, neededImports } from './needed-imports.ts'
import type { RenderedPage } from './reference-page.ts'
import { filesUnder, isThere, readText } from './repository-files.ts'

/** A marker, and what belongs to it if it has been filled before: the block of code, and the link to the whole file. */
const SHOWN = /^<!-- example: ([^\s#]+)(?:#(\S+))? -->\n(?:```ts\n(?:.*\n)*?```\n(?:\nWhole file: \[.*\n)?)?/gm
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
 * `<!-- example: ../examples/x.ts#region -->` comes a fenced block with that region and the imports that it needs, and
 * a link to the file, where the rest of what it uses is; or a block with the whole file.
 *
 * @param page path of the page, from which the paths in it begin
 * @throws Error when the file or the region is not there, or the code has a fence itself
 */
export function fillExamples(page: string, text: string, files: ExampleFiles): string {
  return text.replace(SHOWN, (_shown, link: string, region: string | undefined) => {
    const path = posix.join(posix.dirname(page), link)
    const name = `${page}: the example ${link}${region === undefined ? '' : `#${region}`}`
    if (!files.isThere(path)) throw new Error(`${name}: there is no such file`)
    const code = codeOf(path, files.readText(path), region)
    if (code === undefined) throw new Error(`${name}: the file has no such region`)
    if (code.includes('```')) throw new Error(`${name}: the code has a fence in it, which would end the block`)
    const marker = `<!-- example: ${link}${region === undefined ? '' : `#${region}`} -->`
    const whole = region === undefined ? '' : `\nWhole file: [${path}](${link})\n`
    return `${marker}\n\`\`\`ts\n${code}\n\`\`\`\n${whole}`
  })
}

/** The whole file, or a region of it without its indent, below the imports that it needs; never the marks of regions. */
function codeOf(path: string, text: string, region: string | undefined): string | undefined {
  if (region === undefined) return linesOf(text)
  const part = findRegion(text, region)
  if (part === undefined) return undefined
  const code = linesOf(text.slice(part.start, part.end))
  const imports = neededImports(path, text, part).join('\n')
  if (imports === '') return code
  // One list of imports, when the region begins with some itself.
  return `${imports}\n${code.startsWith('import ') ? '' : '\n'}${code}`
}

/** Where the lines between the marks of a region are. */
function findRegion(text: string, region: string): Span | undefined {
  const lines = text.split('\n')
  const from = lines.findIndex((line) => line.trim() === `// #region ${region}`)
  const to = lines.findIndex((line, index) => index > from && line.trim() === `// #endregion ${region}`)
  if (from === -1 || to === -1) return undefined
  const offsetOf = (line: number): number => lines.slice(0, line).join('\n').length
  return { start: offsetOf(from + 1) + 1, end: offsetOf(to) }
}

function linesOf(text: string): string {
  const lines = text
    .trimEnd()
    .split('\n')
    .filter((line) => !REGION_MARK.test(line))
  const indents = lines.filter((line) => line !== '').map((line) => line.length - line.trimStart().length)
  const indent = Math.min(...indents)
  return lines.map((line) => line.slice(indent)).join('\n')
}
