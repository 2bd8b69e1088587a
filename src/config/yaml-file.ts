import { isAlias, isMap, isScalar, LineCounter, parseDocument, type YAMLError } from 'yaml'
import type { FileProblem, ParsedFile } from './parsed-file.ts'
import { type YamlProblem, YamlTreeBuilder } from './yaml-tree.ts'

/** More of one file would bury the problems of the others. */
const MAX_SYNTAX_PROBLEMS = 5

/**
 * Reads YAML 1.2 (core schema) into a tree in which every value knows its line. Refused, because each would let a file
 * say something else than it seems to: duplicate keys, several documents, tags, merge keys, numbers that lose digits.
 */
export function parseYamlFile(text: string, file: string): ParsedFile {
  const lines = new LineCounter()
  const document = parseSafely(text, lines)
  if (document === undefined) return { problems: [{ what: 'is nested too deeply' }] }
  const problems = [...document.errors, ...document.warnings].map(toProblem)
  if (problems.length > 0) return { problems: withLines(problems, lines) }

  const { contents } = document
  // An empty file, or one of comments only, sets nothing.
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    return { node: { kind: 'map', origin: { source: 'file', file, line: 1, column: 1 }, entries: new Map() } }
  }
  if (!isMap(contents) && !isAlias(contents)) {
    const found = isScalar(contents) ? 'a single value' : 'a list'
    return { problems: withLines([{ offset: contents.range?.[0] ?? 0, what: `holds ${found}, expected keys` }], lines) }
  }
  const builder = new YamlTreeBuilder(document, lines, file)
  const node = builder.build(contents)
  return builder.problems.length > 0 ? { problems: withLines(builder.problems, lines) } : { node }
}

/** The parser recurses; a file made to exhaust it must not take the process down. */
function parseSafely(text: string, lines: LineCounter): ReturnType<typeof parseDocument> | undefined {
  try {
    return parseDocument(text, {
      lineCounter: lines,
      // "Pretty" errors quote the source.
      prettyErrors: false,
      intAsBigInt: true,
      stringKeys: true,
      resolveKnownTags: false,
      // The parser compares every key with every other; the tree builder finds the same in one pass.
      uniqueKeys: false,
    })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** The parser's own words for these codes hold a part of the file. */
const OWN_WORDS: Partial<Record<YAMLError['code'], Omit<YamlProblem, 'offset'>>> = {
  BAD_ALIAS: { what: 'an alias is not valid', suggestion: 'Quote a value that begins with "*".' },
  BAD_DIRECTIVE: { what: 'a directive is not valid', suggestion: 'Quote a value that begins with "%".' },
  BAD_DQ_ESCAPE: {
    what: 'an escape sequence in double quotes is not valid',
    suggestion: 'Write "\\\\" for a backslash, or use single quotes.',
  },
  BAD_SCALAR_START: { what: 'a value begins with a character that has a meaning in YAML', suggestion: 'Quote it.' },
  MULTIPLE_DOCS: { what: 'a second document begins', suggestion: 'Put it into a file of its own.' },
  NON_STRING_KEY: { what: 'a key is an object or a list, expected a text' },
  RESOURCE_EXHAUSTION: { what: 'is nested too deeply' },
  TAG_RESOLVE_FAILED: { what: 'tags are not supported', suggestion: 'Quote a value that begins with "!".' },
}

function toProblem(error: YAMLError): YamlProblem {
  const own = OWN_WORDS[error.code]
  // Where the other messages quote the file, they do it at their end, after a colon.
  const what = own?.what ?? `is not valid YAML: ${error.message.replace(/(?<![ ,]): .*$/s, '')}`
  return { offset: error.pos[0], what, ...(own?.suggestion === undefined ? {} : { suggestion: own.suggestion }) }
}

/** One slip makes the parser complain again and again: the first complaint about each line is the telling one. */
function withLines(problems: readonly YamlProblem[], lines: LineCounter): readonly FileProblem[] {
  const byLine = new Map<number, FileProblem>()
  for (const { offset, ...problem } of problems.toSorted((a, b) => a.offset - b.offset)) {
    const { line, col } = lines.linePos(offset)
    if (byLine.has(line) || byLine.size === MAX_SYNTAX_PROBLEMS) continue
    byLine.set(line, { ...problem, line: Math.max(1, line), column: Math.max(1, col) })
  }
  return [...byLine.values()]
}
