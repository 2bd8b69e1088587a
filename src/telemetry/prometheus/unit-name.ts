/**
 * Units by their UCUM code, in the words that Prometheus has for them: the same as those of the OpenTelemetry Collector
 * and of Prometheus' own OTLP receiver, so that a metric has one name on every way.
 *
 * @see https://prometheus.io/docs/practices/naming/#base-units
 * @see https://github.com/prometheus/otlptranslator
 */
const UNITS: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  kBy: 'kilobytes',
  KBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  TBy: 'terabytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  TiBy: 'tebibytes',
  bit: 'bits',
  m: 'meters',
  V: 'volts',
  A: 'amperes',
  J: 'joules',
  W: 'watts',
  g: 'grams',
  Cel: 'celsius',
  Hz: 'hertz',
  '%': 'percent',
  '1': '',
}

/** After a slash, one of them. */
const PER: Readonly<Record<string, string>> = {
  s: 'second',
  m: 'minute',
  min: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
  y: 'year',
}

/** `By/s` is `{ main: 'bytes', per: 'second' }`. Either may be empty. */
export interface UnitName {
  readonly main: string
  readonly per: string
}

/** What is in braces is a remark, not a unit: `{request}` is nothing, `{request}/s` is "per second". */
export function toUnitName(unit: string): UnitName {
  const bare = unit.replace(/\{[^{}]*\}/g, '').trim()
  const slash = bare.indexOf('/')
  const main = slash === -1 ? bare : bare.slice(0, slash)
  const per = slash === -1 ? '' : bare.slice(slash + 1)
  return { main: lookUp(UNITS, main.trim()), per: lookUp(PER, per.trim()) }
}

function lookUp(words: Readonly<Record<string, string>>, code: string): string {
  return Object.hasOwn(words, code) ? (words[code] as string) : toWord(code)
}

function toWord(code: string): string {
  return code.replace(/[^a-zA-Z0-9]+/g, '_').replace(/^_|_$/g, '')
}
