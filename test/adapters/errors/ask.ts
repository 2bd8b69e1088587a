import { request as requestHttp } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { request as requestHttps } from 'node:https'

export type Wire = 'http' | 'https' | 'http2'

/** What a client has got. */
export interface Got {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
  /** Whether the client can take the answer for a whole one. */
  readonly isWhole: boolean
}

export interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Asks once, on a connection of its own. */
export function ask(wire: Wire, port: number, path: string, asked: Asked = {}): Promise<Got> {
  return wire === 'http2' ? askHttp2(port, path, asked) : askHttp1(wire, port, path, asked)
}

function askHttp1(
  wire: 'http' | 'https',
  port: number,
  path: string,
  { method = 'GET', headers = {} }: Asked,
): Promise<Got> {
  const { promise, resolve } = Promise.withResolvers<Got>()
  const send = wire === 'http' ? requestHttp : requestHttps
  const sent = send({ host: '127.0.0.1', port, path, method, headers, agent: false, rejectUnauthorized: false })
  sent.on('error', () => resolve({ status: 0, headers: {}, body: '', isWhole: false }))
  sent.on('response', (response) => {
    let body = ''
    response.setEncoding('utf8').on('data', (text: string) => (body += text))
    response.on('error', () => {})
    response.on('close', () => {
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body, isWhole: response.complete })
    })
  })
  sent.end()
  return promise
}

function askHttp2(port: number, path: string, { method = 'GET', headers = {} }: Asked): Promise<Got> {
  const { promise, resolve } = Promise.withResolvers<Got>()
  const session = connectHttp2(`http://127.0.0.1:${port}`)
  session.on('error', () => {})
  const stream = session.request({ ':path': path, ':method': method, ...headers })
  let status = 0
  let got: Readonly<Record<string, unknown>> = {}
  let body = ''
  stream.on('response', (response) => {
    status = Number(response[':status'])
    got = response
  })
  stream.setEncoding('utf8').on('data', (text: string) => (body += text))
  stream.on('error', () => {})
  stream.on('close', () => {
    session.destroy()
    resolve({ status, headers: got, body, isWhole: stream.rstCode === 0 })
  })
  return promise
}

/** Asks and goes away: once `handled` says that the handler has it, in the middle of the upload if there is one. */
export async function askAndLeave(
  port: number,
  path: string,
  method: string,
  handled: () => Promise<void>,
): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => {})
  const length = method === 'POST' ? 'Content-Length: 1000\r\n' : ''
  socket.write(`${method} ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\n${length}\r\n`)
  if (method === 'POST') socket.write('some of it')
  await handled()
  socket.resetAndDestroy()
}
