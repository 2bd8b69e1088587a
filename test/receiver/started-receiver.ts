import { encodeRequest } from '../../src/otlp/encode-request.ts'
import { encodeRequestJson } from '../../src/otlp/encode-request-json.ts'
import type { ReceiverCounts } from '../../src/receiver/counts.ts'
import type { ReceiverOptions } from '../../src/receiver/options.ts'
import { createReceiver, type Receiver, type ReceiverAddress } from '../../src/receiver/receiver.ts'
import { traces } from '../store/samples.ts'

export type StartedReceiver = Receiver &
  ReceiverAddress & { readonly errors: Partial<ReceiverCounts['protocolErrors']> }

/** A receiver that listens, to be disposed of. `errors` holds the protocol errors that have happened. */
export async function started(options: ReceiverOptions = {}): Promise<StartedReceiver> {
  const receiver = createReceiver(options)
  const address = await receiver.start()
  return Object.defineProperty(Object.assign(Object.create(receiver) as Receiver, address), 'errors', {
    get: () => Object.fromEntries(Object.entries(receiver.counts.protocolErrors).filter(([, count]) => count > 0)),
  }) as StartedReceiver
}

/** A request with one span of this name, in protobuf. */
export function tracesBytes(name = 'good'): Uint8Array<ArrayBuffer> {
  return new Uint8Array(encodeRequest('traces', traces({ name })))
}

/** The same in JSON. */
export function tracesJson(name = 'good'): string {
  return encodeRequestJson('traces', traces({ name }))
}

/** Sends a good request on a connection of its own; resolves with the status. */
export async function sendGood(receiver: ReceiverAddress, name = 'good'): Promise<number> {
  const response = await fetch(`${receiver.endpoint}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', connection: 'close' },
    body: tracesBytes(name),
  })
  await response.arrayBuffer()
  return response.status
}
