/** What a line of a log says of itself. */
export interface LogLine {
  readonly format: 'json' | 'logfmt'
  readonly hasLevel: boolean
  readonly hasTime: boolean
  readonly hasMessage: boolean
  /** In lower case; absent where the line names none. */
  readonly traceId?: string
}

const LEVEL = new Set([
  'level',
  'lvl',
  'severity',
  'severitytext',
  'severity_text',
  'severitynumber',
  'loglevel',
  'log.level',
  '@l',
  '@level',
])
const TIME = new Set([
  'time',
  'timestamp',
  '@timestamp',
  'ts',
  't',
  'date',
  'datetime',
  'timeunixnano',
  '@t',
  'asctime',
  'eventtime',
])
const MESSAGE = new Set(['msg', 'message', 'body', 'event', '@m', '@mt', '@message', 'text'])

/** How deep in an object the fields of a line may lie, such as `{ trace: { id } }`. */
const MAX_DEPTH = 3
const TRACE_ID = /(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/i
const NO_TRACE = '0'.repeat(32)

/** Reads a line as what collectors of logs read: one object of JSON, or logfmt. @returns nothing for any other text */
export function readLogLine(line: string): LogLine | undefined {
  const text = line.trim()
  if (text.startsWith('{')) return readJson(text)
  return readLogfmt(text)
}

function readJson(text: string): LogLine | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return describe('json', flatten(value))
}

const PAIR = /(?:^|\s+)([\w.@:/-]+)=("(?:[^"\\]|\\.)*"|[^\s"]*)/gy

/** Only when all of the line is pairs: a sentence with an equals sign in it is text. */
function readLogfmt(text: string): LogLine | undefined {
  const fields: [string, string][] = []
  PAIR.lastIndex = 0
  let end = 0
  for (let match = PAIR.exec(text); match !== null; match = PAIR.exec(text)) {
    fields.push([match[1] ?? '', match[2] ?? ''])
    end = PAIR.lastIndex
  }
  return end === text.length && fields.length > 1 ? describe('logfmt', fields) : undefined
}

function flatten(value: unknown, path = '', depth = 0): [string, string][] {
  if (typeof value !== 'object' || value === null) return path === '' ? [] : [[path, String(value)]]
  if (depth >= MAX_DEPTH) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    flatten(inner, path === '' ? key : `${path}.${key}`, depth + 1),
  )
}

function describe(format: LogLine['format'], fields: readonly (readonly [string, string])[]): LogLine {
  const names = new Set(fields.map(([name]) => name.toLowerCase()))
  const traceId = fields
    .filter(([name]) => /trace|span_?context/i.test(name))
    .map(([, value]) => TRACE_ID.exec(value)?.[0].toLowerCase())
    .find((found) => found !== undefined && found !== NO_TRACE)
  return {
    format,
    hasLevel: hasAny(names, LEVEL),
    hasTime: hasAny(names, TIME),
    hasMessage: hasAny(names, MESSAGE),
    ...(traceId !== undefined && { traceId }),
  }
}

function hasAny(names: ReadonlySet<string>, wanted: ReadonlySet<string>): boolean {
  return [...names].some((name) => wanted.has(name))
}
