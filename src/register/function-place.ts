import type { Debugger, Runtime, Session } from 'node:inspector'

/** Where the expression below finds the function that is asked about, for as long as the question lasts. */
const ASKED = Symbol.for('seaworthy.register.asked')

/**
 * Where a function is written, `/app/server.js:12:3`: only the debugger of V8 knows. It takes some tens of milliseconds,
 * and opens no port.
 *
 * @returns `undefined` where there is no inspector, or no place (`bind`, native code)
 */
export function placeOfFunction(asked: Function): string | undefined {
  const holder = globalThis as { [ASKED]?: Function }
  try {
    const inspector = process.getBuiltinModule('node:inspector')
    const session = new inspector.Session()
    session.connect()
    try {
      holder[ASKED] = asked
      return ask(session)
    } finally {
      delete holder[ASKED]
      session.disconnect()
    }
  } catch {
    // Forbidden, or not built in: the report does without.
    return undefined
  }
}

/** A session of the own thread answers before `post` returns. */
function ask(session: Session): string | undefined {
  const expression = `globalThis[Symbol.for('${ASKED.description}')]`
  let objectId: string | undefined
  session.post('Runtime.evaluate', { expression }, (_error, answer) => (objectId = answer?.result.objectId))
  if (objectId === undefined) return undefined
  let location: Debugger.Location | undefined
  session.post('Runtime.getProperties', { objectId, ownProperties: true }, (_error, answer) => {
    location = toLocation(answer?.internalProperties)
  })
  if (location === undefined) return undefined
  const { scriptId, lineNumber, columnNumber = 0 } = location
  let url = ''
  session.on('Debugger.scriptParsed', ({ params }) => {
    if (params.scriptId === scriptId) url = params.url
  })
  session.post('Debugger.enable')
  return url === '' ? undefined : `${url.replace('file://', '')}:${lineNumber + 1}:${columnNumber + 1}`
}

function toLocation(
  properties: readonly Runtime.InternalPropertyDescriptor[] | undefined,
): Debugger.Location | undefined {
  const found = properties?.find(({ name }) => name === '[[FunctionLocation]]')?.value
  return found?.value as Debugger.Location | undefined
}
