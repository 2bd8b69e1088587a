import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ManualClock } from '../../../../src/core/manual-clock.ts'
import type { Environment } from '../../../../src/core/env-reader.ts'
import { started } from '../../../receiver/started-receiver.ts'
import { Authority, type Pair } from './certificates.ts'
import { tlsFront } from './tls-front.ts'
import { opened, PROTOCOL_NAMES } from './transport-fixture.ts'

const delivered = { kind: 'delivered' }
/** Longer than files are left alone. */
const PAUSE_MS = 10_000

type Protocol = (typeof PROTOCOL_NAMES)[number]

function secured(protocol: Protocol, port: number, host = 'localhost'): Environment {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: `https://${host}:${port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol === 'grpc' ? 'grpc' : 'http/protobuf',
  }
}

function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'transport-tls-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test.for(PROTOCOL_NAMES)('over %s, by name and by address, what is spoken is agreed on', async (protocol) => {
  const authority = new Authority()
  await using receiver = await started()
  await using front = await tlsFront(authority.issue('DNS:localhost,IP:127.0.0.1'), receiver.port)
  for (const host of ['localhost', '127.0.0.1']) {
    const env = { ...secured(protocol, front.port, host), OTEL_EXPORTER_OTLP_CERTIFICATE: authority.certFile }
    using opening = await opened(env)
    expect([await opening.send(), await opening.send()]).toEqual([delivered, delivered])
  }
  const alpn = protocol === 'grpc' ? 'h2' : 'http/1.1'
  expect(front.clients).toEqual([
    { name: undefined, alpn },
    { name: undefined, alpn },
  ])
})

test.for(PROTOCOL_NAMES)(
  'over %s, a certificate that is not right is told for what it is, and tried again',
  async (protocol) => {
    const authority = new Authority()
    const expired = authority.issue('DNS:localhost', new Date('2021-01-01T00:00:00Z'))
    const cases: readonly (readonly [pair: Pair, env: Environment, reason: RegExp])[] = [
      [
        authority.issue('DNS:localhost'),
        {},
        /^the certificate of localhost:\d+ is not trusted \(UNABLE_TO_[A-Z_]+\): set OTEL_EXPORTER_OTLP_CERTIFICATE to/,
      ],
      [
        expired,
        { OTEL_EXPORTER_OTLP_CERTIFICATE: authority.certFile },
        /localhost:\d+ has expired \(CERT_HAS_EXPIRED\)$/,
      ],
      [
        authority.issue('DNS:other.example'),
        { OTEL_EXPORTER_OTLP_CERTIFICATE: authority.certFile },
        /is for another name .*localhost.*other\.example/,
      ],
    ]
    for (const [pair, env, reason] of cases) {
      await using front = await tlsFront(pair, 1)
      using opening = await opened({ ...secured(protocol, front.port), ...env })
      expect(await opening.send()).toEqual({ kind: 'retry', reason: expect.stringMatching(reason) as string })
    }
  },
)

test.for(PROTOCOL_NAMES)(
  'over %s, a certificate of the client that is missing is asked for by its variables',
  async (protocol) => {
    const authority = new Authority()
    await using receiver = await started()
    const options = {
      ...authority.issue('DNS:localhost'),
      ca: authority.cert,
      requestCert: true,
      rejectUnauthorized: true,
    }
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      await using front = await tlsFront({ ...options, maxVersion }, receiver.port)
      const env = { ...secured(protocol, front.port), OTEL_EXPORTER_OTLP_CERTIFICATE: authority.certFile }
      using opening = await opened(env)

      expect(await opening.send()).toMatchObject({
        kind: 'retry',
        reason: expect.stringContaining(
          'set OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY',
        ) as string,
      })
    }
  },
)

test.for(PROTOCOL_NAMES)('over %s, TLS at a port without is told', async (protocol) => {
  await using receiver = await started()
  using opening = await opened(secured(protocol, receiver.port))
  expect(await opening.send()).toMatchObject({
    kind: 'retry',
    reason: expect.stringMatching(/does not speak TLS|closed the connection/) as string,
  })
})

/** A volume as Kubernetes mounts it: files are links through `..data`, which is swapped as a whole. */
class MountedSecret {
  readonly folder = tempFolder()
  #version = 0

  constructor(pair: Pair) {
    for (const name of ['tls.crt', 'tls.key']) symlinkSync(join('..data', name), join(this.folder, name))
    this.swap(pair)
  }

  swap({ cert, key }: Pair): void {
    const version = `..v${this.#version++}`
    mkdirSync(join(this.folder, version))
    writeFileSync(join(this.folder, version, 'tls.crt'), cert)
    writeFileSync(join(this.folder, version, 'tls.key'), key)
    symlinkSync(version, join(this.folder, '..data_tmp'))
    renameSync(join(this.folder, '..data_tmp'), join(this.folder, '..data'))
  }

  get env(): Environment {
    return {
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: join(this.folder, 'tls.crt'),
      OTEL_EXPORTER_OTLP_CLIENT_KEY: join(this.folder, 'tls.key'),
    }
  }
}

test.for(PROTOCOL_NAMES)(
  'over %s, new connections take the certificate of the client that is there then',
  async (protocol) => {
    const authority = new Authority()
    const clock = new ManualClock()
    await using receiver = await started()
    const options = { ca: authority.cert, requestCert: true, rejectUnauthorized: true }
    await using front = await tlsFront({ ...authority.issue('DNS:localhost'), ...options }, receiver.port)
    const secret = new MountedSecret(authority.issue('DNS:first'))
    const env = { ...secured(protocol, front.port), ...secret.env, OTEL_EXPORTER_OTLP_CERTIFICATE: authority.certFile }
    using opening = await opened(env, { clock })
    const sendOverNewConnection = async (): Promise<string | undefined> => {
      const ends = [...front.sockets].filter((socket) => !socket.closed)
      const closed = Promise.all(ends.map((socket) => new Promise((resolve) => socket.once('close', resolve))))
      for (const socket of ends) socket.destroy()
      await closed
      await clock.advance(PAUSE_MS)
      expect(await opening.send({ timeoutMs: 100_000 })).toEqual(delivered)
      return front.clients.at(-1)?.name
    }

    expect(await sendOverNewConnection()).toBe('issued-1')
    secret.swap(authority.issue('DNS:second'))
    expect(await sendOverNewConnection()).toBe('issued-2')
    expect(opening.problems).toEqual([])

    // The key does not belong to the certificate, and then the file is half written.
    const third = authority.issue('DNS:third')
    secret.swap({ cert: third.cert, key: authority.issue('DNS:other').key })
    expect(await sendOverNewConnection()).toBe('issued-2')
    expect(await sendOverNewConnection()).toBe('issued-2')
    expect(opening.problems).toHaveLength(1)
    expect(opening.problems[0]).toMatch(
      /^the files of .*OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE, OTEL_EXPORTER_OTLP_CLIENT_KEY have changed and cannot be used \(ERR_[A-Z_0-9]+\); the old ones stay in use$/,
    )
    secret.swap({ cert: third.cert.slice(0, 200), key: third.key })
    expect(await sendOverNewConnection()).toBe('issued-2')
    rmSync(join(secret.folder, '..data'))
    expect(await sendOverNewConnection()).toBe('issued-2')
    expect(opening.problems.slice(1)).toEqual([
      expect.stringContaining('cannot be used'),
      expect.stringContaining('cannot be used (ENOENT)'),
    ])
    secret.swap(third)
    expect(await sendOverNewConnection()).toBe('issued-3')
    expect(opening.problems).toHaveLength(3)
  },
)

test('an authority that cannot be read any more stays in use', async () => {
  const authority = new Authority()
  const clock = new ManualClock()
  const file = join(tempFolder(), 'ca.pem')
  writeFileSync(file, authority.cert)
  await using receiver = await started()
  await using front = await tlsFront(authority.issue('DNS:localhost'), receiver.port)
  const env = { ...secured('http', front.port), OTEL_EXPORTER_OTLP_CERTIFICATE: file }
  {
    using opening = await opened(env, { clock })
    // OpenSSL would take this for a list of nobody.
    writeFileSync(file, authority.cert.replace(/[A-Za-z\d]{20}/, 'x'))
    await clock.advance(PAUSE_MS)
    expect(await opening.send()).toEqual(delivered)
    expect(opening.problems).toHaveLength(1)
  }
})

test('an authority that is replaced on disk is taken for new connections', async () => {
  const [old, renewed] = [new Authority(), new Authority()]
  const clock = new ManualClock()
  const file = join(tempFolder(), 'ca.pem')
  writeFileSync(file, old.cert)
  await using receiver = await started()
  await using front = await tlsFront(renewed.issue('DNS:localhost'), receiver.port)
  const env = { ...secured('http', front.port), OTEL_EXPORTER_OTLP_CERTIFICATE: file }
  using opening = await opened(env, { clock })

  expect(await opening.send()).toMatchObject({
    kind: 'retry',
    reason: expect.stringContaining('not trusted') as string,
  })
  // OpenSSL would take this for a list of nobody.
  writeFileSync(file, renewed.cert.replace(/[A-Za-z\d]{20}/, 'x'))
  await clock.advance(PAUSE_MS)
  expect(await opening.send()).toMatchObject({ kind: 'retry' })
  expect(opening.problems).toEqual([expect.stringContaining('OTEL_EXPORTER_OTLP_CERTIFICATE')])
  writeFileSync(file, `${old.cert}\n${renewed.cert}`)
  await clock.advance(PAUSE_MS)
  expect(await opening.send()).toEqual(delivered)
})
