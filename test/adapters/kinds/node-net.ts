import { createServer, type Socket } from 'node:net'
import type { Deeds } from '../contract/deeds.ts'
import { type Frame, frameReader, toFrame } from '../contract/frames.ts'
import type { ServerKind } from '../contract/server-kind.ts'

/** A protocol of our own over TCP, which knows how to say goodbye: see `TcpConnection`. */
export const netKind: ServerKind = {
  name: 'node:net with a goodbye of its own',
  wire: 'tcp',
  hungName: 'tcp connection',
  notPromised: {
    'fresh says close': 'a connection made during the drain delay is told goodbye when the listener closes, not before',
    'soft deadline':
      'TCP has no requests, so there is no signal of one: at the soft deadline a connection gets our FIN',
  },
  build(deeds) {
    const leaving = new WeakMap<Socket, AbortController>()
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      const goodbye = new AbortController()
      const gone = new AbortController()
      leaving.set(socket, goodbye)
      const read = frameReader(
        (frame) => void answer(deeds, socket, frame, { goodbye: goodbye.signal, gone: gone.signal }),
      )
      socket.on('data', read)
      socket.on('end', () => socket.end())
      socket.on('error', () => {})
      socket.on('close', () => gone.abort())
    })
    return {
      server,
      sayGoodbye(socket) {
        leaving.get(socket as Socket)?.abort()
        socket.write(toFrame('bye'))
        return true
      },
    }
  },
}

interface Ends {
  /** The client was told goodbye: what has no end of its own ends now. */
  readonly goodbye: AbortSignal
  readonly gone: AbortSignal
}

async function answer(deeds: Deeds, socket: Socket, { word, text }: Frame, { goodbye, gone }: Ends): Promise<void> {
  const [, first, second] = word.split(/[/?]/)
  const done = (body = ''): void => void socket.write(toFrame('done', body))
  try {
    switch (first) {
      case 'fast':
        return done(deeds.fast())
      case 'slow':
        return done(await deeds.slow(second))
      case 'stream':
        for await (const part of deeds.stream()) socket.write(toFrame('part', part))
        return done()
      case 'echo':
        return done(deeds.echo(text))
      case 'sse':
        for await (const part of deeds.events()) {
          socket.write(toFrame('part', part))
          if (goodbye.aborted || gone.aborted) break
        }
        return done()
      case 'hang':
        return await deeds.hang()
      case 'boom':
        return deeds.boom()
      case 'signal':
        return done(await deeds.untilAborted(gone))
      default:
        throw new Error('nothing here')
    }
  } catch {
    socket.write(toFrame('failed'))
  }
}
