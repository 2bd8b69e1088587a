/** Milliseconds since 1970 as OTLP has times, to the microsecond: a `number` holds no more. */
export function toUnixNano(unixMs: number): bigint {
  return BigInt(Math.max(0, Math.round(unixMs * 1000))) * 1000n
}
