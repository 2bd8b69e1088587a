// grpc-js: client and server, unary and a stream of the server, an error.
const grpc = require('@grpc/grpc-js')
const { trace } = require('@opentelemetry/api')

const text = { serialize: (value) => Buffer.from(value), deserialize: (bytes) => bytes.toString() }
const method = (name, more) => ({
  path: `/shop.Orders/${name}`,
  requestStream: false,
  responseStream: false,
  requestSerialize: text.serialize,
  requestDeserialize: text.deserialize,
  responseSerialize: text.serialize,
  responseDeserialize: text.deserialize,
  originalName: name,
  ...more,
})
const definition = {
  Place: method('Place'),
  Refuse: method('Refuse'),
  List: method('List', { responseStream: true }),
}
const server = new grpc.Server()
server.addService(definition, {
  Place(call, callback) {
    trace.getActiveSpan()?.setAttribute('order', call.request)
    callback(null, `placed ${call.request}`)
  },
  Refuse(_call, callback) {
    callback({ code: grpc.status.NOT_FOUND, details: 'no such order' })
  },
  List(call) {
    call.write('1')
    call.write('2')
    call.end()
  },
})
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (_error, port) => void useServer(port))

async function useServer(port) {
  const Client = grpc.makeGenericClientConstructor(definition, 'shop.Orders')
  const client = new Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure())
  await trace.getTracer('program').startActiveSpan('orders', async (span) => {
    await new Promise((resolve) => client.Place('order 7', resolve))
    await new Promise((resolve) => client.Refuse('order 8', resolve))
    await new Promise((resolve) =>
      client
        .List('all')
        .on('data', () => {})
        .on('end', resolve),
    )
    span.end()
  })
  client.close()
  server.tryShutdown(() => {})
}
