/** A sample of a page. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  readonly exemplar?: { readonly labels: Readonly<Record<string, string>>; readonly value: number; readonly at: number }
}

export interface ParsedFamily {
  readonly name: string
  readonly type: string
  readonly help: string | undefined
  readonly unit: string | undefined
  readonly samples: readonly Sample[]
}

interface OpenFamily {
  name: string
  type: string | undefined
  help: string | undefined
  unit: string | undefined
  samples: Sample[]
}

const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total'],
  gauge: [''],
  info: ['_info'],
  histogram: ['_bucket', '_sum', '_count'],
}

/**
 * Reads a page strictly by the specifications, and refuses what they refuse: families in pieces, samples that belong to
 * none, buckets that fall, labels twice, exemplars that are too long.
 *
 * @see https://prometheus.io/docs/specs/om/open_metrics_spec/
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function parsePage(
  page: string,
  { isOpenMetrics }: { readonly isOpenMetrics: boolean },
): readonly ParsedFamily[] {
  const lines = page.split('\n')
  if (lines.pop() !== '') throw new Error('the last line has no end')
  if (isOpenMetrics && lines.pop() !== '# EOF') throw new Error('no # EOF at the end')
  const families: OpenFamily[] = []
  const names = new Set<string>()
  let open: OpenFamily | undefined
  for (const line of lines) {
    const reader = new LineReader(line)
    if (line.startsWith('# ')) {
      reader.skip('# ')
      const keyword = reader.until(' ')
      const name = reader.peek() === '"' ? reader.quoted() : reader.until(' ', true)
      reader.skip(' ', true)
      if (open?.name !== name) {
        if (names.has(name)) throw new Error(`${name} is in two pieces`)
        names.add(name)
        open = { name, type: undefined, help: undefined, unit: undefined, samples: [] }
        families.push(open)
      } else if (open.samples.length > 0) throw new Error(`${name} has metadata after samples`)
      const field = ({ HELP: 'help', TYPE: 'type', UNIT: 'unit' } as const)[keyword]
      if (field === undefined) throw new Error(`unknown: ${line}`)
      if (field === 'unit' && !isOpenMetrics) throw new Error('units are of OpenMetrics')
      if (open[field] !== undefined) throw new Error(`${keyword} of ${name} twice`)
      open[field] = field === 'help' ? unescapeText(reader.rest(), isOpenMetrics) : reader.rest()
      continue
    }
    if (open?.type === undefined) throw new Error(`a sample of no family: ${line}`)
    open.samples.push(reader.sample(isOpenMetrics))
  }
  const parsed = families.map((family) => ({ ...family, type: family.type as string }))
  for (const family of parsed) checkFamily(family, isOpenMetrics)
  return parsed
}

function checkFamily({ name, type, unit, samples }: ParsedFamily, isOpenMetrics: boolean): void {
  const suffixes = isOpenMetrics || type === 'histogram' ? (SUFFIXES[type] ?? []) : ['']
  if (unit !== undefined && unit !== '' && !name.endsWith(`_${unit}`))
    throw new Error(`${name} does not end with ${unit}`)
  const seen = new Set<string>()
  for (const sample of samples) {
    if (!suffixes.some((suffix) => sample.name === name + suffix)) throw new Error(`${sample.name} is not of ${name}`)
    const key = sample.name + keyOf(sample.labels)
    if (seen.has(key)) throw new Error(`twice: ${key}`)
    seen.add(key)
    const mayHave = sample.name.endsWith('_total') || sample.name.endsWith('_bucket')
    if (sample.exemplar !== undefined && !(isOpenMetrics && mayHave)) throw new Error(`no exemplar here: ${key}`)
  }
  if (type === 'histogram') checkBuckets(name, samples)
}

function checkBuckets(name: string, samples: readonly Sample[]): void {
  const buckets = new Map<string, Sample[]>()
  for (const sample of samples.filter((one) => one.name === `${name}_bucket`)) {
    const { le: _le, ...labels } = sample.labels
    buckets.set(keyOf(labels), [...(buckets.get(keyOf(labels)) ?? []), sample])
  }
  const counts = samples.filter((sample) => sample.name === `${name}_count`)
  if (counts.length !== buckets.size) throw new Error(`${buckets.size} histograms of ${name}, ${counts.length} counts`)
  for (const count of counts) {
    const key = keyOf(count.labels)
    const own = buckets.get(key) ?? []
    const bounds = own.map((bucket) => readNumber(bucket.labels['le'] ?? ''))
    if (bounds.at(-1) !== Number.POSITIVE_INFINITY || own.at(-1)?.value !== count.value) throw new Error(`+Inf: ${key}`)
    for (let index = 1; index < own.length; index++) {
      if ((bounds[index] as number) <= (bounds[index - 1] as number)) throw new Error(`boundaries fall: ${key}`)
      if ((own[index] as Sample).value < (own[index - 1] as Sample).value) throw new Error(`counts fall: ${key}`)
    }
    for (const [index, { exemplar }] of own.entries()) {
      if (exemplar !== undefined && exemplar.value > (bounds[index] as number)) throw new Error(`exemplar: ${key}`)
    }
  }
}

function keyOf(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Array.from(Object.keys(labels).sort(), (name) => [name, labels[name]]))
}

class LineReader {
  readonly #line: string
  #at = 0

  constructor(line: string) {
    this.#line = line
  }

  peek(): string {
    return this.#line[this.#at] ?? ''
  }

  skip(text: string, mayBeMissing = false): void {
    if (this.#line.startsWith(text, this.#at)) this.#at += text.length
    else if (!mayBeMissing || this.#at < this.#line.length)
      throw new Error(`"${text}" expected at ${this.#at}: ${this.#line}`)
  }

  until(mark: string, orEnd = false): string {
    const end = this.#line.indexOf(mark, this.#at)
    if (end === -1 && !orEnd) throw new Error(`"${mark}" expected after ${this.#at}: ${this.#line}`)
    const text = this.#line.slice(this.#at, end === -1 ? undefined : end)
    this.#at += text.length
    if (!orEnd) this.#at += mark.length
    return text
  }

  rest(): string {
    return this.#line.slice(this.#at)
  }

  quoted(): string {
    this.skip('"')
    let text = ''
    for (;;) {
      const character = this.#line[this.#at++]
      if (character === undefined) throw new Error(`no closing quote: ${this.#line}`)
      if (character === '"') return text
      if (character !== '\\') text += character
      else {
        const escaped = ({ '\\': '\\', '"': '"', n: '\n' } as const)[this.#line[this.#at++] ?? '']
        if (escaped === undefined) throw new Error(`unknown escape: ${this.#line}`)
        text += escaped
      }
    }
  }

  sample(isOpenMetrics: boolean): Sample {
    const bare = /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(this.#line)?.[0] ?? ''
    this.#at = bare.length
    const { name, labels } = this.#labels(bare)
    this.skip(' ')
    const value = readNumber(this.until(' ', true))
    if (this.#at === this.#line.length) return { name, labels, value }
    if (!isOpenMetrics) throw new Error(`something after the value: ${this.#line}`)
    this.skip(' # ')
    const exemplar = this.#labels('exemplar').labels
    const length = Object.entries(exemplar).flatMap((pair) => pair.flatMap((text) => Array.from(text))).length
    if (length > 128) throw new Error(`an exemplar of ${length} characters`)
    this.skip(' ')
    const of = readNumber(this.until(' '))
    return { name, labels, value, exemplar: { labels: exemplar, value: of, at: readNumber(this.rest()) } }
  }

  #labels(bare: string): { readonly name: string; readonly labels: Record<string, string> } {
    let name = bare
    const labels: Record<string, string> = {}
    if (this.peek() !== '{') {
      if (name === '') throw new Error(`no name: ${this.#line}`)
      return { name, labels }
    }
    this.skip('{')
    while (this.peek() !== '}') {
      const isQuoted = this.peek() === '"'
      const key = isQuoted ? this.quoted() : this.until('=')
      if (isQuoted && this.peek() !== '=') {
        if (name !== '') throw new Error(`two names: ${this.#line}`)
        name = key
      } else {
        if (!isQuoted && !/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(key)) throw new Error(`label ${key}: ${this.#line}`)
        if (isQuoted) this.skip('=')
        if (key === '' || key.startsWith('__')) throw new Error(`label ${key} is reserved: ${this.#line}`)
        if (Object.hasOwn(labels, key)) throw new Error(`label ${key} twice: ${this.#line}`)
        Object.defineProperty(labels, key, { value: this.quoted(), enumerable: true })
      }
      if (this.peek() === ',') this.skip(',')
    }
    this.skip('}')
    if (name === '') throw new Error(`no name: ${this.#line}`)
    return { name, labels }
  }
}

function readNumber(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY
  if (text === '-Inf') return Number.NEGATIVE_INFINITY
  if (text === 'NaN') return Number.NaN
  if (!/^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/.test(text)) throw new Error(`no number: ${text}`)
  return Number(text)
}

function unescapeText(text: string, isOpenMetrics: boolean): string {
  if (isOpenMetrics && /(?<!\\)(?:\\\\)*"/.test(text)) throw new Error(`a bare quote: ${text}`)
  return text.replace(/\\(.)/g, (_all, character: string) => {
    if (character === 'n') return '\n'
    if (character === '\\' || (character === '"' && isOpenMetrics)) return character
    throw new Error(`unknown escape in: ${text}`)
  })
}
