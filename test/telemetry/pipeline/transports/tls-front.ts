import { type AddressInfo, connect, type Socket } from 'node:net'
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls'

export interface TlsFront extends AsyncDisposable {
  readonly port: number
  /** Of each connection: common name of the client's certificate, and what is spoken. */
  readonly clients: readonly { readonly name: string | undefined; readonly alpn: string | false | null }[]
  readonly sockets: ReadonlySet<Socket>
  /** For connections from now on. */
  setSecureContext(options: TlsOptions): void
}

/** Takes TLS and passes everything on to a port without TLS. */
export async function tlsFront(options: TlsOptions, port: number): Promise<TlsFront> {
  const sockets = new Set<Socket>()
  const clients: { name: string | undefined; alpn: string | false | null }[] = []
  const server = createServer({ ALPNProtocols: ['h2', 'http/1.1'], ...options }, (secure: TLSSocket) => {
    const { subject } = secure.getPeerCertificate()
    clients.push({ name: (subject as { CN?: string } | undefined)?.CN, alpn: secure.alpnProtocol })
    const plain = connect(port, '127.0.0.1')
    for (const socket of [secure, plain]) {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    secure.pipe(plain).pipe(secure)
  })
  server.on('tlsClientError', () => {})
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    clients,
    sockets,
    setSecureContext: (more) => server.setSecureContext({ ...options, ...more }),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}
