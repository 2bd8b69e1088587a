const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  m: 1 / 1000,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
}

/**
 * The number that a quantity of Kubernetes means, rounded up as Kubernetes does, or `undefined` when it is none.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function parseQuantity(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? Math.ceil(value) : undefined
  if (typeof value !== 'string') return undefined
  const [, digits, exponent, unit = ''] =
    /^(\d+(?:\.\d*)?|\.\d+)(?:([eE][+-]?\d{1,2})|([a-zA-Z]{1,2}))?$/.exec(value.trim()) ?? []
  const factor = UNITS[unit]
  if (digits === undefined || factor === undefined) return undefined
  return Math.ceil(Number(`${digits}${exponent ?? ''}`) * factor)
}
