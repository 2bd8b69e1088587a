/** The start of a point: a clock that was set back must not make it later than the end. */
export function startOf(startUnixNano: bigint, timeUnixNano: bigint): bigint {
  return startUnixNano > timeUnixNano ? timeUnixNano : startUnixNano
}

/** Milliseconds since 1970 as OTLP has times, to the microsecond: a `number` holds no more. */
export function toUnixNano(unixMs: number): bigint {
  return BigInt(Math.max(0, Math.round(unixMs * 1000))) * 1000n
}
