/** A variable in which a service may be told its port, and what it was given. */
export interface PortOffer {
  readonly variable: string
  /** What the variable holds, with `{port}` in the place of the number. */
  readonly template: string
  readonly port: number
}

/** Offered to every service: nothing else is ever called so. The first one that it obeys counts. */
export const ALWAYS = ['PORT', 'HTTP_PORT', 'APP_PORT', 'SERVER_PORT', 'LISTEN_PORT'] as const
/**
 * Offered only to a service that obeyed none of the others: what reads a section `http` from variables and knows no `port` in
 * it refuses to start, as the configuration of the runtime does.
 */
export const LATER = ['HTTP__PORT'] as const
/** Offered only in the form that the user gave them. */
const WHEN_SET = [
  ...LATER,
  'ADDR',
  'HTTP_ADDR',
  'LISTEN_ADDR',
  'LISTEN_ADDRESS',
  'BIND_ADDR',
  'BIND',
  'LISTEN',
  'ADDRESS',
] as const

/** The admin port of the runtime: always the same unless it is told, so that two on one machine would meet. */
export const ADMIN_PORT_VARIABLE = 'SEAWORTHY_ADMIN_PORT'

const PLACE = '{port}'

/**
 * Every variable that a port may be told by, each with a port of its own, so that it shows which one is obeyed. What was
 * declared with `{port}` comes first. @param always what is offered whether it is set or not
 */
export async function offerPorts(
  env: Readonly<Record<string, string | undefined>>,
  freePort: () => Promise<number>,
  always: readonly string[] = ALWAYS,
): Promise<readonly PortOffer[]> {
  const said = Object.entries(env).flatMap(([variable, template = '']) =>
    template.includes(PLACE) ? [{ variable, template }] : [],
  )
  const isSaid = (variable: string): boolean => said.some((each) => each.variable === variable)
  const wanted = [
    ...said,
    ...always
      .filter((variable) => !isSaid(variable))
      .map((variable) => ({
        variable,
        template: templateOf(env[variable]) ?? PLACE,
      })),
    ...WHEN_SET.filter((variable) => !isSaid(variable) && !always.includes(variable)).flatMap((variable) => {
      const template = templateOf(env[variable])
      return template === undefined ? [] : [{ variable, template }]
    }),
  ]
  const offers: PortOffer[] = []
  for (const each of wanted) offers.push({ ...each, port: await freePort() })
  return offers
}

/** The form of an address: `:{port}` of `:8080`, `0.0.0.0:{port}` of `0.0.0.0:80`; `undefined` of anything else. */
export function templateOf(value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  const [, before] = /^((?:\[[\da-fA-F:.]*\]|[\w.*-]*):)?\d{1,5}$/.exec(value.trim()) ?? []
  return /^\d{1,5}$/.test(value.trim()) ? '{port}' : before === undefined ? undefined : `${before}{port}`
}

/** The environment that makes these offers. */
export function offeredEnv(offers: readonly PortOffer[]): Record<string, string> {
  return Object.fromEntries(
    offers.map(({ variable, template, port }) => [variable, template.replace('{port}', String(port))]),
  )
}
