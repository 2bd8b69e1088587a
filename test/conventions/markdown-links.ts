import { posix } from 'node:path'
import { headingSlug } from '../../docs/.vitepress/heading-slug.ts'

/** What a check of links needs to know of the tree. */
export interface Tree {
  isThere(path: string): boolean
  readText(path: string): string
}

/** Each link of a Markdown page whose file, heading or region is not there: page, line, link, what is missing. */
export function findBrokenLinks(page: string, text: string, tree: Tree): readonly string[] {
  const broken: string[] = []
  for (const { line, target } of linksIn(text)) {
    const missing = whatIsMissing(page, text, target, tree)
    if (missing !== undefined) broken.push(`${page}:${line} links to ${target}: ${missing}`)
  }
  return broken
}

/** The anchors of a page: one for each heading, numbered when two are the same. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>()
  for (const { line } of proseLines(text)) {
    const title = /^#{1,6}\s+(.+?)\s*#*$/.exec(line)?.[1]
    if (title === undefined) continue
    const slug = headingSlug(title)
    let anchor = slug
    for (let copy = 1; anchors.has(anchor); copy++) anchor = `${slug}-${copy}`
    anchors.add(anchor)
  }
  return anchors
}

interface Link {
  readonly line: number
  readonly target: string
}

function linksIn(text: string): readonly Link[] {
  const links: Link[] = []
  for (const { line, number } of proseLines(text)) {
    const prose = line.replace(/`[^`]*`/g, (code) => ' '.repeat(code.length))
    for (const [, target = ''] of prose.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)) {
      links.push({ line: number, target })
    }
    for (const [, target = ''] of prose.matchAll(/^\s*\[[^\]]+\]:\s+(\S+)/g)) links.push({ line: number, target })
    // VitePress takes code from a file, or from a region of it.
    for (const [, target = ''] of prose.matchAll(/^<<<\s+(\S+?)(?:\{.*\})?(?:\s.*)?$/g)) {
      links.push({ line: number, target: `<<<${target}` })
    }
  }
  return links
}

function whatIsMissing(page: string, text: string, link: string, tree: Tree): string | undefined {
  const isCode = link.startsWith('<<<')
  const target = isCode ? link.slice(3) : link
  if (/^[a-z][a-z0-9+.-]*:/.test(target)) return undefined
  const [path = '', anchor] = target.split('#', 2)
  if (path.startsWith('/')) return 'write it relative to the page, so that it works in the repository, too'
  const file = path === '' ? page : posix.join(posix.dirname(page), path.replace(/^@\//, ''))
  if (path !== '' && !tree.isThere(file)) return 'there is no such file'
  if (anchor === undefined || anchor === '') return undefined
  const content = path === '' ? text : tree.readText(file)
  if (isCode) return content.includes(`#region ${anchor}`) ? undefined : `it has no region "${anchor}"`
  if (!file.endsWith('.md')) return undefined
  return anchorsOf(content).has(anchor) ? undefined : `it has no heading "${anchor}"`
}

/** Lines outside fenced code and comments. */
function proseLines(text: string): readonly { readonly line: string; readonly number: number }[] {
  const prose: { line: string; number: number }[] = []
  let fence: string | undefined
  for (const [index, line] of text.split('\n').entries()) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1]
    if (fence !== undefined) {
      if (mark?.startsWith(fence) === true) fence = undefined
    } else if (mark === undefined) prose.push({ line: line.replace(/<!--.*?-->/g, ''), number: index + 1 })
    else fence = mark
  }
  return prose
}
