import { escapeLabelValue } from './label-texts.ts'

/** The name of a sample, as it stands before its labels; or among them, in quotes, where it could not stand before them. */
export class SampleName {
  readonly #bare: string
  readonly #open: string

  constructor(name: string) {
    const isLegacy = isLegacyName(name)
    const quoted = isLegacy ? '' : `{"${escapeLabelValue(name)}"`
    this.#bare = isLegacy ? `${name} ` : `${quoted}} `
    this.#open = isLegacy ? `${name}{` : `${quoted},`
  }

  /** Everything before one more label. */
  openWith(labels: string): string {
    return labels === '' ? this.#open : `${this.#open}${labels},`
  }

  /** Everything before the value. */
  with(labels: string): string {
    return labels === '' ? this.#bare : `${this.#open}${labels}} `
  }
}

/** As comments have it. */
export function quoteName(name: string): string {
  return isLegacyName(name) ? name : `"${escapeLabelValue(name)}"`
}

function isLegacyName(name: string): boolean {
  return /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)
}
