// https://www.npmjs.com/package/wattpm: a Node application exports `create`, and Watt binds and stops it.
import { createServer } from 'node:http'
import { handler } from '../work.ts'

export function create() {
  return createServer(handler)
}
