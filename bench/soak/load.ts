import type { Clock } from '../../src/core/clock.ts'
import { RawConnection } from '../../src/load/raw-client.ts'

export interface LoadFigures {
  answered: number
  failed: number
}

/** Asks on each of the connections, the next as soon as the last is answered, until `signal` is aborted. */
export async function keepAsking(options: {
  readonly clock: Clock
  readonly port: number
  readonly connections: number
  readonly figures: LoadFigures
  readonly signal: AbortSignal
}): Promise<void> {
  const { clock, port, connections, figures, signal } = options
  const client = async (): Promise<void> => {
    let connection = new RawConnection({ clock, host: '127.0.0.1', port })
    while (!signal.aborted) {
      if (!connection.isUsable) connection = new RawConnection({ clock, host: '127.0.0.1', port })
      const { outcome } = await connection.request({ path: '/orders' })
      if (outcome === 'answered') figures.answered++
      else figures.failed++
    }
    connection.close()
  }
  await Promise.all(Array.from({ length: connections }, client))
}
