import { describeKind, type OptionReader } from '../../core/option-reader.ts'

/** A client, or where to find the one that is in use now, such as after a reconnection that made a new one. */
export type ClientSource<Client extends object> = Client | (() => Client | undefined)

/** Reads a client by what it can do: no library is loaded for it, and any that has these methods will do. */
export function readClient<Client extends object>(
  read: OptionReader,
  source: unknown,
  what: string,
  methods: readonly (string & keyof Client)[],
): () => Client | undefined {
  if (typeof source === 'function') return source as () => Client | undefined
  const lacks = methods.filter((method) => typeof (source as Client | undefined)?.[method] !== 'function')
  if (typeof source !== 'object' || source === null) {
    read.problem(`expected ${what} or a function that returns it as the first argument, got ${describeKind(source)}`)
  } else if (lacks.length > 0) {
    read.problem(`the first argument is not ${what}: it has no ${lacks.map((name) => `${name}()`).join(', ')}`)
  }
  return () => source as Client
}
