/** Throws, as code of a service may. */
export const fail = (): never => {
  throw new Error('of the service')
}
const hostile = new Proxy(
  {},
  { get: fail, has: fail, ownKeys: fail, getOwnPropertyDescriptor: fail, getPrototypeOf: fail },
)
const revoked = Proxy.revocable([], {})
revoked.revoke()
const circle: unknown[] = []
circle.push(circle)

/** An object whose members of these names throw. */
export function throwing(...names: string[]): object {
  return Object.defineProperties({}, Object.fromEntries(names.map((name) => [name, { enumerable: true, get: fail }])))
}

/** What code without types, or with bad luck, hands to an API. */
export const ODD: readonly unknown[] = [
  null,
  undefined,
  0,
  Number.NaN,
  -5,
  1e308,
  '',
  'x',
  Symbol('s'),
  10n,
  fail,
  [],
  {},
  hostile,
  revoked.proxy,
  circle,
  { toString: fail },
  new Date(Number.NaN),
  [Number.NaN, 1],
  [-1, -1],
  [1e300, 5],
  new Map(),
  Object.create(null),
  throwing('attributes'),
  throwing('context'),
  throwing('links'),
  throwing('kind'),
  throwing('startTime'),
  throwing('root'),
  throwing('code'),
  throwing('message'),
  [throwing('context')],
  [hostile],
  { attributes: hostile },
  { links: [hostile] },
  { links: revoked.proxy },
  { startTime: revoked.proxy },
  { startTime: hostile },
  { code: 2, message: { toString: fail } },
  { context: hostile },
  { context: { traceId: { toString: fail }, spanId: 5, traceFlags: 'x', traceState: hostile } },
  { kind: 99 },
]
