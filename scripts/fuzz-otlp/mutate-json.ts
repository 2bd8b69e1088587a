import type { Random } from '../../src/load/random.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** Where a value stands: the list or object it is in, and its place there. */
interface Spot {
  readonly parent: Json[] | { [key: string]: Json }
  readonly key: string | number
}

/** Written as a text that no JSON value can be, and put in as raw text afterwards. */
const RAW = /"@raw:([^"]*)"/g
const raw = (text: string): string => `@raw:${text}`

const OTHER_VALUES: readonly Json[] = [
  null, true, false, 0, -1, 1.5, -0, 2 ** 31, 2 ** 32, 2 ** 53, 1e300, '', 'x', '1', '-1', '1e3', '0x10', ' 1', 'NaN',
  'Infinity', '-Infinity', '9223372036854775808', '-9223372036854775809', '18446744073709551616', '\u{1F44D}', [], {},
  [null], [[]], [{}], { key: 'k' }, { values: [null] }, { stringValue: 1 }, { doubleValue: null },
  raw('1e999'), raw('-0'), raw('-0.0e-9'), raw('9007199254740993'), raw('18446744073709551615'), raw('99999999999999999999'),
  raw(`1${'0'.repeat(400)}`), raw('\\\\ud83d'), raw('01'), raw('NaN'), raw('undefined'), raw("'x'"),
] // prettier-ignore
const MAX_WALKED_DEPTH = 400
/** How large an input may become by repetition, mostly: large ones find little more and take all the time. */
const BLOW_UP = [1000, 1000, 4000, 4000, 20_000, 200_000]
const SPECIAL_KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'length',
  '',
  '0',
  'resourceSpans',
  'resource_spans',
  'values',
]

type TreeMutation = (random: Random, spot: Spot, spots: readonly Spot[]) => void
type TextMutation = (random: Random, text: string) => string

const TREE: Readonly<Record<string, TreeMutation>> = {
  'other type': (random, spot) => put(spot, random.pick(OTHER_VALUES)),
  'value moved elsewhere': (random, spot, spots) => put(random.pick(spots), clone(get(spot))),
  'value gone': (_, { parent, key }) => {
    if (Array.isArray(parent)) parent.splice(Number(key), 1)
    else delete parent[key]
  },
  'element twice': (_, spot) => {
    const { parent, key } = spot
    if (Array.isArray(parent)) parent.splice(Number(key), 0, clone(get(spot)))
  },
  'element many times': (random, spot) => {
    const { parent, key } = spot
    const value = get(spot)
    const count = Math.min(2000, Math.floor(random.pick(BLOW_UP) / (JSON.stringify(value) ?? '').length))
    if (Array.isArray(parent))
      parent.splice(Number(key), 0, ...Array.from({ length: random.below(count) }, () => value))
  },
  'other name': (random, spot) => {
    const { parent, key } = spot
    if (Array.isArray(parent)) return
    const value = get(spot)
    delete parent[key]
    define(parent, random.pick([...SPECIAL_KEYS, String(key).toUpperCase(), `${key}s`]), value)
  },
  'another member': (random, { parent }) => {
    if (!Array.isArray(parent)) define(parent, random.pick(SPECIAL_KEYS), clone(random.pick(OTHER_VALUES)))
  },
  'several values': (random, spot) => {
    put(spot, {
      stringValue: 'a',
      intValue: '1',
      doubleValue: random.pick([null, 1, 'x']),
      arrayValue: {},
      kvlistValue: { values: [] },
    })
  },
  'deep nesting': (random, spot) => {
    const depth = random.pick([5, 63, 64, 65, 66, 500, 5000])
    const [open, close] = random.pick([
      ['{\\"arrayValue\\":{\\"values\\":[', ']}}'],
      ['{\\"kvlistValue\\":{\\"values\\":[{\\"key\\":\\"k\\",\\"value\\":', '}]}}'],
      ['[', ']'],
      ['{\\"a\\":', '}'],
    ] as const)
    put(spot, raw(open.repeat(depth).replaceAll('\\"', '\u0001') + '{}' + close.repeat(depth)))
  },
  'number as text, text as number': (_, spot) => {
    const value = get(spot)
    if (typeof value === 'number') put(spot, String(value))
    else if (typeof value === 'string' && /^-?\d+$/.test(value)) put(spot, raw(value))
  },
}

const TEXT: Readonly<Record<string, TextMutation>> = {
  truncated: (random, text) => text.slice(0, random.below(text.length)),
  'character replaced': (random, text) => {
    const at = random.below(text.length)
    return (
      text.slice(0, at) +
      random.pick(['"', '\\', '{', '}', '[', ']', ',', ':', '0', '-', 'e', '\u0000', '\uD800']) +
      text.slice(at + 1)
    )
  },
  'character gone': (random, text) => {
    const at = random.below(text.length)
    return text.slice(0, at) + text.slice(at + 1)
  },
  'text inserted': (random, text) => {
    const at = random.below(text.length + 1)
    const inserted = random.pick([
      '\uFEFF',
      '\n',
      '\u2028',
      '"',
      '\\"',
      '\\u0000',
      ',,',
      '1234567890123456789',
      '"a":',
      'null',
      '/**/',
    ])
    return text.slice(0, at) + inserted + text.slice(at)
  },
  'member twice': (random, text) =>
    text.replace(/("\w+":(?:"[^"]*"|\d+)),/, random.chance(0.5) ? '$1,$1,' : '$1,"$1",'),
  brackets: (random, text) =>
    random.pick(['[', '{"a":', '{"resourceSpans":[']).repeat(random.pick([10, 100, 1000, 1000, 50_000])) + text,
  digits: (random, text) => text.replace(/\d+/, '9'.repeat(random.pick([16, 20, 400, 20_000]))),
}

/** Changes a JSON text in one to four ways and names them. */
export function mutateJson(random: Random, text: string): { text: string; mutations: readonly string[] } {
  const mutations: string[] = []
  let changed = text
  for (let count = 1 + random.below(4); count > 0; count--) {
    const root = random.chance(0.75) ? parse(changed) : undefined
    const spots = root === undefined ? [] : spotsIn(root)
    if (spots.length > 0) {
      const name = random.pick(Object.keys(TREE))
      TREE[name]?.(random, random.pick(spots), spots)
      changed = JSON.stringify(root).replace(RAW, (_, inner: string) => inner.replaceAll('\\u0001', '"'))
      mutations.push(name)
    } else {
      const name = random.pick(Object.keys(TEXT))
      changed = TEXT[name]?.(random, changed) ?? changed
      mutations.push(name)
    }
    if (changed.length > 1_000_000) changed = changed.slice(0, 1_000_000)
  }
  return { text: changed, mutations }
}

/** The value of a text that is valid and not too deep to walk through. */
function parse(text: string): Json | undefined {
  if (depthOf(text) > MAX_WALKED_DEPTH) return undefined
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/** At least how deep the brackets of a text nest; those inside its strings count as well. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (const character of text) {
    if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth)
    else if (character === ']' || character === '}') depth--
  }
  return deepest
}

function spotsIn(value: Json): Spot[] {
  if (typeof value !== 'object' || value === null) return []
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value)
  const spots: Spot[] = []
  for (const key of keys) {
    const spot = { parent: value, key }
    spots.push(spot)
    for (const inner of spotsIn(get(spot))) spots.push(inner)
  }
  return spots
}

function get({ parent, key }: Spot): Json {
  return (parent as Record<string | number, Json>)[key] ?? null
}

function put({ parent, key }: Spot, value: Json): void {
  define(parent, String(key), clone(value))
}

/** Makes a member of its own, also of `__proto__`. */
function define(parent: object, key: string, value: Json): void {
  Object.defineProperty(parent, key, { value, enumerable: true, writable: true, configurable: true })
}

function clone(value: Json): Json {
  return JSON.parse(JSON.stringify(value)) as Json
}
