import { isPlainValue, type KeepsKey } from './series-attributes.ts'

/** Where the attributes of a measurement lead to, read as far as here. */
class Place<T> {
  /** What is meant, when the attributes end here. */
  found: T | undefined = undefined
  step: Step<T> | undefined = undefined
}

/** An attribute key that was seen next at a place. */
class Step<T> {
  readonly key: string
  /** The next place for each value. */
  readonly places: Map<unknown, Place<T>> | undefined
  /** The next place whatever the value: the key is none of the series. */
  readonly skipTo: Place<T> | undefined
  /** Another key that was seen at the same place: another order, or other attributes. */
  readonly other: Step<T> | undefined

  constructor(key: string, isKept: boolean, other: Step<T> | undefined) {
    this.key = key
    this.places = isKept ? new Map() : undefined
    this.skipTo = isKept ? undefined : new Place()
    this.other = other
  }
}

/** Attributes with more keys than these are looked up the long way. */
const MAX_KEYS = 32
/** Different keys at one place that are remembered: they are searched one after the other. */
const MAX_STEPS = 16

/**
 * Finds what belongs to the attributes of a measurement without sorting or copying them: it remembers the keys in the
 * order and the values in which they came, so that each order of the same attributes has a path of its own, all leading
 * to the same end. Every key and value is compared, so two different sets never meet. Attributes with lists, maps or
 * bytes are not remembered: those can change under us.
 *
 * When it is full it forgets everything, which costs the long way once for each path in use.
 */
export class SeriesPaths<T> {
  readonly #keeps: KeepsKey | undefined
  readonly #maxPlaces: number
  #root = new Place<T>()
  #count = 0

  constructor(maxPlaces: number, keeps?: KeepsKey) {
    this.#keeps = keeps
    this.#maxPlaces = maxPlaces
  }

  /** Never throws, whatever the attributes do. */
  find(attributes: object): T | undefined {
    try {
      return this.#find(attributes)
    } catch {
      return undefined
    }
  }
  #find(attributes: object): T | undefined {
    let place = this.#root
    for (const key in attributes) {
      let step = place.step
      while (step !== undefined && step.key !== key) step = step.other
      if (step === undefined) return undefined
      const { places } = step
      const next = places === undefined ? step.skipTo : places.get((attributes as Record<string, unknown>)[key])
      if (next === undefined) return undefined
      place = next
    }
    return place.found
  }

  /** From now on, {@link find} finds it; unless the attributes are of a kind that is not remembered. */
  remember(attributes: object, found: T): void {
    try {
      this.#remember(attributes, found)
    } catch {
      // A getter that throws: the long way each time.
    }
  }

  forget(): void {
    this.#root = new Place()
    this.#count = 0
  }

  #remember(attributes: object, found: T): void {
    const keys = this.#rememberableKeys(attributes)
    if (keys === undefined) return
    if (this.#count > this.#maxPlaces) this.forget()
    let place = this.#root
    for (const key of keys) {
      const step = this.#stepOf(place, key)
      if (step === undefined) return
      place = step.skipTo ?? this.#next(step, (attributes as Record<string, unknown>)[key])
    }
    place.found = found
  }

  #stepOf(place: Place<T>, key: string): Step<T> | undefined {
    let steps = 0
    for (let step = place.step; step !== undefined; step = step.other) {
      if (step.key === key) return step
      if (++steps === MAX_STEPS) return undefined
    }
    this.#count++
    const step = new Step<T>(key, this.#keeps?.(key) ?? true, place.step)
    place.step = step
    return step
  }

  #next(step: Step<T>, value: unknown): Place<T> {
    const known = step.places?.get(value)
    if (known !== undefined) return known
    this.#count++
    const place = new Place<T>()
    step.places?.set(value, place)
    return place
  }

  /** Own keys only: an object that inherits some is seldom and takes the long way. */
  #rememberableKeys(attributes: object): readonly string[] | undefined {
    const keys: string[] = []
    for (const key in attributes) {
      if (keys.length === MAX_KEYS || !Object.hasOwn(attributes, key)) return undefined
      const isKept = this.#keeps?.(key) ?? true
      if (isKept && !isPlainValue((attributes as Record<string, unknown>)[key])) return undefined
      keys.push(key)
    }
    return keys
  }
}
