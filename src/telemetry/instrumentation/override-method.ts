/**
 * Puts a method of our own over one of a prototype.
 *
 * @returns puts back what was there, unless somebody has put something over ours meanwhile
 */
export function overrideMethod(prototype: object, name: string, method: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(prototype, name)
  Object.defineProperty(prototype, name, { value: method, writable: true, configurable: true })
  return () => {
    if (Reflect.get(prototype, name) !== method) return
    if (before === undefined) Reflect.deleteProperty(prototype, name)
    else Object.defineProperty(prototype, name, before)
  }
}
