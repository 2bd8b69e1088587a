/** One choice of a header such as `Accept`. */
export interface QualityItem {
  /** In lower case. */
  readonly value: string
  /** Names in lower case. `q` is not among them. */
  readonly parameters: ReadonlyMap<string, string>
  /** 0 to 1; 0 says "not this one". */
  readonly quality: number
}

/**
 * The choices of a header with `q` values, the most wanted first; of equal ones the first named. Never throws: what makes
 * no sense as a weight counts as 1.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-quality-values
 */
export function parseQualityList(header: string): readonly QualityItem[] {
  return header
    .split(',')
    .map(parseItem)
    .filter(({ value }) => value !== '')
    .sort((one, other) => other.quality - one.quality)
}

function parseItem(text: string): QualityItem {
  const [value = '', ...rest] = text.split(';')
  const parameters = new Map<string, string>()
  for (const parameter of rest) {
    const at = parameter.indexOf('=')
    if (at === -1) continue
    parameters.set(parameter.slice(0, at).trim().toLowerCase(), unquote(parameter.slice(at + 1).trim()))
  }
  const weight = parameters.get('q')
  parameters.delete('q')
  return { value: value.trim().toLowerCase(), parameters, quality: toQuality(weight) }
}

function toQuality(text: string | undefined): number {
  const weight = text === undefined || text === '' ? 1 : Number(text)
  return weight >= 0 && weight <= 1 ? weight : 1
}

function unquote(text: string): string {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text
}
