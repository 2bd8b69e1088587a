import type { sendUnaryData, Server, ServerUnaryCall } from '@grpc/grpc-js'
import { work } from './work.ts'

interface Wait {
  readonly ms: string
}

/** `GET /wait/:ms` as a gRPC method: the milliseconds as text, and the same answer. */
export function addWork(server: Server): void {
  server.addService(
    {
      Wait: {
        path: '/bench.Work/Wait',
        requestStream: false,
        responseStream: false,
        requestSerialize: ({ ms }: Wait) => Buffer.from(ms),
        requestDeserialize: (bytes: Buffer): Wait => ({ ms: bytes.toString() }),
        responseSerialize: (answer: unknown) => Buffer.from(JSON.stringify(answer)),
        responseDeserialize: (bytes: Buffer): unknown => JSON.parse(bytes.toString()),
      },
    },
    {
      Wait({ request }: ServerUnaryCall<Wait, unknown>, callback: sendUnaryData<unknown>) {
        void work(request.ms).then((answer) => {
          // oxlint-disable-next-line promise/no-callback-in-promise -- what a handler of grpc-js is given to answer with
          callback(null, answer)
        })
      },
    },
  )
}
