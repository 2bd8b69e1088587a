import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { decodeRequestJson } from '../../src/otlp/decode-request-json.ts'
import { decodeRequest } from '../../src/otlp/decode-request.ts'
import { encodeRequestJson } from '../../src/otlp/encode-request-json.ts'
import { encodeRequest } from '../../src/otlp/encode-request.ts'
import { decodeResponseJson, encodeResponseJson } from '../../src/otlp/response-json.ts'
import { decodeResponse, encodeResponse } from '../../src/otlp/response.ts'
import { decodeStatus, encodeStatus } from '../../src/otlp/status.ts'
import { requests, SIGNALS, text } from '../../test/otlp/arbitrary-requests.ts'
import { mutateJson } from './mutate-json.ts'
import { mutateProtobuf } from './mutate-protobuf.ts'
import type { Random } from '../../src/load/random.ts'

/** One decoder, with good inputs for it and what must hold of whatever it takes. */
export interface Target {
  readonly name: string
  readonly isRequest: boolean
  /** A good input, changed. */
  mutate(random: Random): Mutated
}

export interface Mutated {
  readonly mutations: readonly string[]
  /** The input, as a person can paste it: hexadecimal or JSON. */
  readonly input: string
  /** Decodes it: the only thing that is timed, and that may throw. */
  decode(): unknown
  /** What is wrong with a result: it must survive being encoded and read again. */
  check(result: unknown): string | undefined
}

const SAMPLES_PER_SIGNAL = 80

function protobufTarget<T>(
  name: string,
  samples: readonly Uint8Array[],
  decode: (bytes: Uint8Array) => T,
  /** Only for requests: of responses and status we encode less than we read. */
  encode?: (value: T) => Uint8Array,
): Target {
  return {
    name,
    isRequest: encode !== undefined,
    mutate(random) {
      const { bytes, mutations } = mutateProtobuf(random, Buffer.from(random.pick(samples)))
      const again = (value: T): T => decode(encode?.(value) as Uint8Array)
      return {
        mutations,
        input: bytes.toString('hex'),
        decode: () => decode(bytes),
        check: (result) => (encode === undefined ? undefined : compare(result as T, again)),
      }
    },
  }
}

function jsonTarget<T>(
  name: string,
  samples: readonly string[],
  decode: (text: string) => T,
  /** Only for requests. */
  encode?: (value: T) => string,
): Target {
  return {
    name,
    isRequest: encode !== undefined,
    mutate(random) {
      const { text, mutations } = mutateJson(random, random.pick(samples))
      const again = (value: T): T => decode(encode?.(value) as string)
      return {
        mutations,
        input: text,
        decode: () => decode(text),
        check: (result) => (encode === undefined ? undefined : compare(result as T, again)),
      }
    },
  }
}

function compare<T>(result: T, again: (value: T) => T): string | undefined {
  try {
    return isDeepStrictEqual(again(result), result) ? undefined : 'is another value after being encoded and read again'
  } catch (error) {
    return `cannot be encoded and read again: ${String(error)}`
  }
}

/** Every decoder of `src/otlp`, with its good inputs made from `seed`. */
export function createTargets(seed: number): readonly Target[] {
  const targets: Target[] = []
  const messages = fc.sample(text, { seed, numRuns: 20 })
  for (const signal of SIGNALS) {
    const samples = fc.sample(requests[signal] as fc.Arbitrary<never>, { seed, numRuns: SAMPLES_PER_SIGNAL })
    const responses = messages.map((errorMessage, index) => ({ rejectedCount: index, errorMessage }))
    targets.push(
      protobufTarget(
        `${signal} protobuf`,
        samples.map((request) => encodeRequest(signal, request)),
        (bytes) => decodeRequest(signal, bytes),
        (request) => encodeRequest(signal, request),
      ),
      jsonTarget(
        `${signal} JSON`,
        samples.map((request) => encodeRequestJson(signal, request)),
        (text) => decodeRequestJson(signal, text),
        (request) => encodeRequestJson(signal, request),
      ),
      protobufTarget(
        `${signal} response protobuf`,
        responses.map((response) => encodeResponse(signal, response)),
        (bytes) => decodeResponse(signal, bytes),
      ),
      jsonTarget(
        `${signal} response JSON`,
        responses.map((response) => encodeResponseJson(signal, response)),
        (text) => decodeResponseJson(signal, text),
      ),
    )
  }
  const statuses = messages.map((message, code) => encodeStatus({ code, message, retryDelayMs: code * 100 }))
  targets.push(protobufTarget('status protobuf', statuses, decodeStatus))
  return targets
}
