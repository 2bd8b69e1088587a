import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js'
import { callSignal, fromGrpc } from 'seaworthy/grpc'
import type { ServerKind } from '../contract/server-kind.ts'

type UnaryCall = ServerUnaryCall<Buffer, Buffer>
type StreamingCall = ServerWritableStream<Buffer, Buffer>

const asIs = (value: Buffer): Buffer => value
const method = (name: string, responseStream: boolean) => ({
  path: `/contract.Deeds/${name}`,
  requestStream: false,
  responseStream,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
})

/** Its routes are methods: `/slow/400` is `/contract.Deeds/slow` with the message `400`. */
export const grpcKind: ServerKind = {
  name: 'gRPC by @grpc/grpc-js',
  wire: 'grpc',
  notPromised: {
    'fresh says close': 'a session that comes during the drain delay is led away a while after its first stream',
  },
  hungName: '/contract.Deeds/hang',
  eventsEnd: 'when asked to',
  build(deeds) {
    const server = new Server()
    const unary = ['fast', 'slow', 'echo', 'hang', 'boom', 'signal'].map((name) => [name, method(name, false)] as const)
    const streaming = ['stream', 'sse'].map((name) => [name, method(name, true)] as const)
    server.addService(Object.fromEntries([...unary, ...streaming]), {
      fast: answer(() => deeds.fast()),
      slow: answer(({ request }) => deeds.slow(String(request))),
      echo: answer(({ request }) => deeds.echo(String(request))),
      hang: answer(() => deeds.hang()),
      boom: () => deeds.boom(),
      signal: answer((call) => deeds.untilAborted(callSignal(call))),
      stream: stream(() => deeds.stream()),
      sse: stream(() => deeds.events()),
    })
    return fromGrpc(server, { credentials: ServerCredentials.createInsecure() })
  },
}

const answer =
  (deed: (call: UnaryCall) => string | Promise<string>) =>
  (call: UnaryCall, done: sendUnaryData<Buffer>): void =>
    void answerOne(call, done, deed)

async function answerOne(
  call: UnaryCall,
  done: sendUnaryData<Buffer>,
  deed: (call: UnaryCall) => string | Promise<string>,
): Promise<void> {
  try {
    done(null, Buffer.from(await deed(call)))
  } catch (error) {
    done({ code: status.INTERNAL, details: String(error) })
  }
}

const stream =
  (deed: () => AsyncGenerator<string>) =>
  (call: StreamingCall): void =>
    void writeAll(call, deed())

/** A call that streams for ever ends itself when it is asked to. */
async function writeAll(call: StreamingCall, texts: AsyncGenerator<string>): Promise<void> {
  const signal = callSignal(call)
  for await (const text of texts) {
    if (signal.aborted) break
    call.write(Buffer.from(text))
  }
  call.end()
}
