import { type Bindings, type ChildLoggerOptions, type Logger, pino } from 'pino'
import { LOG_LEVELS, type LogLevel } from './log-level.ts'

/** How pino makes a child, whoever its parent is. */
export type MakeChild = (this: Logger, bindings: Bindings, options?: ChildLoggerOptions) => Logger

/** What all loggers of one name that code gave the same level (or none) have in common. */
interface Place {
  readonly name: string
  /** The level that code gave them, or the logger that they are made from. */
  readonly given: LogLevel | undefined
  /** Stands between them and the log: a level that is set here holds for each of them, however many there are. */
  readonly logger: Logger
}

const PLACE = Symbol('seaworthy.place')

/** A logger with what pino's documented symbols give access to: its bindings are JSON as it stands in each line. */
type WithBindings = Logger & {
  [pino.symbols.chindingsSym]: string
  readonly [pino.symbols.formattersSym]: { readonly log?: unknown }
}

const CHINDINGS: typeof pino.symbols.chindingsSym = pino.symbols.chindingsSym

/** More names than any service has. Loggers with a name beyond it are children like any other. */
export const MAX_LOGGER_NAMES = 1_000
const MAX_NAME_LENGTH = 100
/** No control characters: a name is shown on pages and in lines. */
const NAME = /^[^\p{Cc}]+$/u

/**
 * The children of a log that have a name: by the binding `logger`, or `component`. For each name there is one object in
 * the prototype chain between them and the log, as pino's children inherit their level. So a level for a name is set once,
 * holds at once for those that are there, and costs neither a line anything nor a list of all children.
 */
export class NamedLoggers {
  readonly #root: Logger
  readonly #makeChild: MakeChild
  readonly #places = new Map<string, Place>()
  readonly #levelKeys: ReadonlySet<string | symbol>
  #levelOf: (name: string) => LogLevel | undefined = () => undefined

  constructor(root: Logger, makeChild: MakeChild) {
    this.#root = root
    this.#makeChild = makeChild
    this.#levelKeys = new Set<string | symbol>([...LOG_LEVELS, pino.symbols.levelValSym])
  }

  /** A child of `parent`, which is the log or any logger below it. */
  child(parent: Logger, bindings: Bindings, options?: ChildLoggerOptions): Logger {
    const place = this.#placeFor(parent, bindings, options)
    if (place === undefined) {
      const child = this.#makeChild.call(parent, bindings, options)
      // pino sets only a level that is not the parent's just now; it would change with that one.
      const level = options?.level
      if (level !== undefined && !Object.hasOwn(child, pino.symbols.levelValSym)) child.level = level
      return child
    }
    const { level: _, ...others } = options ?? {}
    const own = options === undefined ? undefined : others
    const { logger } = place
    if (parent === this.#root) return this.#makeChild.call(logger, bindings, own)
    if (hasLevelOf(parent, place)) return this.#makeChild.call(parent, bindings, own)
    if (!this.#hasBindingsOnly(parent)) return this.#makeChild.call(this.#copyOf(parent, logger), bindings, own)
    // The usual one, of a logger of a request: without an object between, which would cost many times as much.
    const child = this.#makeChild.call(logger, bindings, own) as WithBindings
    child[CHINDINGS] = bindingsOf(parent) + child[CHINDINGS].slice(bindingsOf(this.#root).length)
    return child
  }

  /** Sets the level of every name, for the loggers that are there and those to come; `undefined`: what code gave, or the log's. */
  apply(levelOf: (name: string) => LogLevel | undefined): void {
    this.#levelOf = levelOf
    for (const place of this.#places.values()) this.#setLevel(place)
  }

  /** The names that there are, each with its level. Of loggers that code gave levels of their own, the most talkative. */
  levels(): ReadonlyMap<string, LogLevel> {
    const levels = new Map<string, LogLevel>()
    for (const { name, logger } of this.#places.values()) {
      const level = logger.level as LogLevel
      const other = levels.get(name)
      if (other === undefined || LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(other)) levels.set(name, level)
    }
    return levels
  }

  #placeFor(parent: Logger, bindings: Bindings, options: ChildLoggerOptions | undefined): Place | undefined {
    const name: unknown = bindings['logger'] ?? bindings['component']
    if (typeof name !== 'string') return undefined
    // Levels of one's own are beyond ours.
    if (parent.levels !== this.#root.levels || options?.customLevels !== undefined) return undefined
    const given = options?.level ?? givenTo(parent, this.#root)
    const key = given === undefined ? name : `${given}\n${name}`
    const known = this.#places.get(key)
    if (known !== undefined) return known
    const isName = name.length <= MAX_NAME_LENGTH && NAME.test(name)
    if (!isName || !isLevel(given) || this.#places.size >= MAX_LOGGER_NAMES) return undefined
    const place: Place = { name, given, logger: Object.create(this.#root) as Logger }
    Object.defineProperty(place.logger, PLACE, { value: place })
    this.#places.set(key, place)
    this.#setLevel(place)
    return place
  }

  /** Whether `parent`, and all that it is made from, differ from the log in their bindings alone, and maybe in their level. */
  #hasBindingsOnly(parent: Logger): boolean {
    for (let at: object = parent; at !== this.#root; at = Object.getPrototypeOf(at) as object) {
      if (Object.hasOwn(at, PLACE)) continue
      for (const key of Reflect.ownKeys(at)) {
        if (key !== CHINDINGS && key !== pino.symbols.formattersSym && !this.#levelKeys.has(key)) return false
      }
      const { log } = (at as WithBindings)[pino.symbols.formattersSym]
      if (log !== (this.#root as WithBindings)[pino.symbols.formattersSym].log) return false
    }
    return true
  }

  /** An object below `logger` that has all that `parent` has but its level. */
  #copyOf(parent: Logger, logger: Logger): Logger {
    const copy = Object.create(logger) as Logger
    for (let at: object = parent; at !== this.#root; at = Object.getPrototypeOf(at) as object) {
      if (Object.hasOwn(at, PLACE)) continue
      for (const key of Reflect.ownKeys(at)) {
        if (this.#levelKeys.has(key) || Object.hasOwn(copy, key)) continue
        Object.defineProperty(copy, key, Object.getOwnPropertyDescriptor(at, key) as PropertyDescriptor)
      }
    }
    return copy
  }

  #setLevel({ name, given, logger }: Place): void {
    const level = this.#levelOf(name) ?? given
    if (level === undefined) for (const key of this.#levelKeys) Reflect.deleteProperty(logger, key)
    else if (!Object.hasOwn(logger, pino.symbols.levelValSym) || logger.level !== level) logger.level = level
  }
}

/** Whether the level of a place is that of `logger`, with none of its own in between. */
function hasLevelOf(logger: Logger, place: Place): boolean {
  if (placeOf(logger) !== place) return false
  for (let at: object = logger; at !== place.logger; at = Object.getPrototypeOf(at) as object) {
    if (Object.hasOwn(at, pino.symbols.levelValSym)) return false
  }
  return true
}

function bindingsOf(logger: Logger): string {
  return (logger as WithBindings)[CHINDINGS]
}

function placeOf(logger: Logger): Place | undefined {
  return (logger as unknown as { readonly [PLACE]?: Place })[PLACE]
}

/** The level that code gave to `logger` or to the nearest of those that it is made from. */
function givenTo(logger: Logger, root: Logger): string | undefined {
  for (let at: Logger = logger; at !== root; at = Object.getPrototypeOf(at) as Logger) {
    if (Object.hasOwn(at, PLACE)) return placeOf(at)?.given
    if (Object.hasOwn(at, pino.symbols.levelValSym)) return at.level
  }
  return undefined
}

function isLevel(text: string | undefined): text is LogLevel | undefined {
  return text === undefined || LOG_LEVELS.some((level) => level === text)
}
