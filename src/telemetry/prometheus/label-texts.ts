import type { Attributes } from '../../otlp/model.ts'
import { toAttributeText } from './attribute-text.ts'
import { isLegacyLabel, toLabelName } from './label-name.ts'

/**
 * Attributes as labels: `http_route="/orders",code="200"`. The attributes of a series are the same object in every
 * collection, so they are written once.
 */
export class LabelTexts {
  readonly #keepsNames: boolean
  readonly #known = new WeakMap<Attributes, string>()

  constructor(keepsNames: boolean) {
    this.#keepsNames = keepsNames
  }

  /** Empty when there are none. The same for two sets that Prometheus can't tell apart. */
  of(attributes: Attributes): string {
    let text = this.#known.get(attributes)
    if (text === undefined) {
      text = writeLabels(toLabels(attributes, this.#keepsNames))
      this.#known.set(attributes, text)
    }
    return text
  }
}

/**
 * Names and values. Of attributes that come to the same name the values are joined, in the order of the attributes' own
 * names.
 */
export function toLabels(attributes: Attributes, keepsNames: boolean): Map<string, string> {
  const labels = new Map<string, string>()
  for (const key of Object.keys(attributes).sort()) {
    const name = toLabelName(key, { keepsNames })
    const value = toAttributeText(attributes[key] ?? null)
    const known = labels.get(name)
    labels.set(name, known === undefined ? value : `${known};${value}`)
  }
  return labels
}

/** Sorted, and without those that are empty: to Prometheus a label without a value is no label. */
export function writeLabels(labels: ReadonlyMap<string, string>): string {
  const written: string[] = []
  for (const name of Array.from(labels.keys()).sort()) {
    const value = labels.get(name) as string
    if (value === '') continue
    const key = isLegacyLabel(name) ? name : `"${escapeLabelValue(name)}"`
    written.push(`${key}="${escapeLabelValue(value)}"`)
  }
  return written.join(',')
}

/** Within quotes. Halves of characters are replaced, because they have no form in UTF-8. */
export function escapeLabelValue(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed()
  if (!/[\\"\n]/.test(whole)) return whole
  return whole.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')
}
