/** Methods that were to be put back while somebody else's lay over them, with what was there before them. */
const abandoned = new WeakMap<object, PropertyDescriptor | undefined>()

/**
 * Puts a method of our own over one of a prototype.
 *
 * @returns puts back what was there. Where somebody has put something over ours meanwhile, ours stays below that, and has
 *   to do nothing from then on.
 */
export function overrideMethod(prototype: object, name: string, method: object): () => void {
  const before = Object.getOwnPropertyDescriptor(prototype, name)
  Object.defineProperty(prototype, name, { value: method, writable: true, configurable: true })
  return () => {
    if (Reflect.get(prototype, name) !== method) return void abandoned.set(method, before)
    let below = before
    while (isAbandoned(below)) below = abandoned.get(below.value)
    if (below === undefined) Reflect.deleteProperty(prototype, name)
    else Object.defineProperty(prototype, name, below)
  }
}

function isAbandoned(descriptor: PropertyDescriptor | undefined): descriptor is PropertyDescriptor & { value: object } {
  const method: unknown = descriptor?.value
  return typeof method === 'function' && abandoned.has(method)
}
