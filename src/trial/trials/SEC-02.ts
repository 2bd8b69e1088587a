import type { Facts } from '../facts.ts'
import { canariesOf } from '../history/canaries.ts'
import { frontsOf } from '../history/fronts.ts'
import { type ErrorAnswer, errorAnswers } from '../history/views/error-answers.ts'
import { defineTrial } from '../trial.ts'
import { counted } from '../verdict/counted.ts'
import { findInnerDetails, type InnerDetail } from '../verdict/inner-details.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence } from '../verdict/verdict.ts'

export default defineTrial({
  id: 'SEC-02',
  slug: 'errors-keep-the-inside-in',
  claim: 'No error answer shows a stack, a path of the file system or the address of a dependency.',
  procedure:
    'Requests are made to fail: paths that nobody has, malformed and cut off ones, a dependency that is away, and an error that nobody caught where one was declared. Every answer of 400 and above is searched, without what the client had sent itself. ' +
    'It fails by a line of a stack with its file and number, by a path of the file system (below the working directory, of an installation, of a package), and by the address of a dependency with its port. ' +
    'Names of errors, messages and ids are none of that, so that no helpful answer fails; probes are not looked at, since operators read them. A framework in its development mode shows its stacks: try the service as it runs in production, such as with --env NODE_ENV=production. Nobody can tell without an error answer.',
  seed: ['P3'],
  remedy: {
    feature: 'answers of createService() to a handler that throws, and the line of the log that says why',
    page: 'guide/errors.md',
    change:
      'Answer an error with its status, a sentence of your own and an id; write the error itself into the log, and run frameworks in their production mode.',
    rules: [],
  },
  voyages: ['secrets', 'outage', 'crash'],
  isTiming: false,
  isExtra: true,
  judge({ facts, lifetimes }) {
    const answers = lifetimes.flatMap(errorAnswers)
    const searched = answers.filter(({ body }) => body !== undefined)
    const leaks = searched.flatMap((answer) => leaksOf(answer, facts))
    const leaking = new Set(leaks.map(({ answer }) => answer)).size
    const figures = [
      { name: 'errorAnswerCount', value: answers.length },
      { name: 'searchedCount', value: searched.length },
      { name: 'outageAnswerCount', value: searched.filter(({ isInOutage }) => isInOutage).length },
      { name: 'leakingCount', value: leaking },
    ]
    const evidence = toEvidence(leaks)
    const [worst] = evidence
    if (worst !== undefined) {
      const says = `${leaking} of ${searched.length} error answers show the inside of the service: ${worst.says.replace(/^A/, 'a').replace(/^T/, 't')}`
      return fail(says, { evidence, figures })
    }
    if (searched.length === 0) return inconclusive('The service gave no error answer that could be read.', { figures })
    const unseen = facts.dependencies.length > 0 && !searched.some(({ isInOutage }) => isInOutage)
    const notes = unseen ? ['No error answer was given while a dependency was away: what one says was not seen.'] : []
    return pass(`${counted(searched.length, 'error answer')} and nothing of the inside in any of them.`, {
      figures,
      notes,
    })
  },
})

interface Leak {
  readonly answer: ErrorAnswer
  readonly detail: InnerDetail
}

function leaksOf(answer: ErrorAnswer, facts: Facts): Leak[] {
  const own = facts.dependencies.map(({ host, port }) => ({ host, port }))
  const places = { cwd: facts.cwd, addresses: [...frontsOf(answer.lifetime), ...own] }
  return findInnerDetails(answer.body ?? '', places).map((detail) => ({ answer, detail }))
}

/** One for each way of failing, what was seen most often first. Tokens of another trial are shown nowhere. */
function toEvidence(leaks: readonly Leak[]): Evidence[] {
  const groups = new Map<string, Leak[]>()
  for (const leak of leaks) {
    const { request, isInOutage } = leak.answer
    const where = isInOutage ? ' while a dependency was away' : ''
    const key = `${leak.detail.what} is in the answer with ${request.status} to ${request.method} ${pathOf(request.path)}${where}`
    groups.set(key, [...(groups.get(key) ?? []), leak])
  }
  return [...groups.entries()]
    .toSorted(([, one], [, other]) => other.length - one.length)
    .flatMap(([says, [first]]) => {
      if (first === undefined) return []
      const { lifetime, request } = first.answer
      const line = canariesOf(lifetime).reduce((text, { token }) => text.replaceAll(token, '***'), first.detail.text)
      return [
        {
          says: `${says.charAt(0).toUpperCase()}${says.slice(1)}.`,
          lines: [line],
          seen: { lifetime: lifetime.id, from: request.at, requests: [request.id] },
        },
      ]
    })
}

function pathOf(path: string): string {
  return path.split('?', 1)[0] ?? path
}
