import { describe, expect, test } from 'vitest'
import { describeDifference, differencesBetween } from '../differential/compare.ts'
import { judge } from '../differential/known-differences.ts'
import { judgeRedis } from '../differential/redis-differences.ts'
import { runProgram } from '../differential/run-program.ts'
import { SET_UPS, STOCK, SYSTEM_PROGRAMS } from '../differential/set-ups.ts'
import { startPostgres } from './servers/postgres.ts'
import { startRedis } from './servers/redis.ts'

/* As test/differential, with clients of real servers. */

/** Nothing differs here but what differs everywhere. */
const judgeNothing: typeof judgeRedis = (_, unexplained) => ({ unexplained, idle: [] })

describe.each([
  [SYSTEM_PROGRAMS.pg, startPostgres, judgeNothing],
  [SYSTEM_PROGRAMS.ioredis, startRedis, judgeRedis],
] as const)('$name', (program, startServer, judgeFurther) => {
  test('what is said is the same as with the stock SDK, but for what is listed', async () => {
    await using server = await startServer()
    const env = { DIFFERENTIAL_URL: server.url }
    const stock = await runProgram(program, STOCK, env)
    expect([...stock.keys()].filter((key) => key.endsWith(' · @db.system.name')).length).toBeGreaterThan(5)
    for (const name of program.setUps) {
      const ours = await runProgram(program, SET_UPS[name], env)
      const { unexplained } = judge(name, differencesBetween(stock, ours))
      const judged = judgeFurther(name, unexplained)
      expect(judged.unexplained.map(describeDifference), `set-up ${name}`).toEqual([])
      expect(judged.idle, `set-up ${name}`).toEqual([])
    }
  })
})
