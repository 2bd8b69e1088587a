import { expect, test } from 'vitest'
import { isSeaworthyError } from '../../src/core/seaworthy-error.ts'
import { DependencyGraph, type GraphNode } from '../../src/lifecycle/dependency-graph.ts'

function graphOf(needs: Readonly<Record<string, readonly string[]>>): DependencyGraph<GraphNode> {
  return new DependencyGraph(Object.entries(needs).map(([name, list]) => ({ name, needs: list })))
}

function refusal(build: () => unknown): string {
  try {
    build()
  } catch (error) {
    if (isSeaworthyError(error)) return `${error.code}: ${error.describe()}`
    throw error
  }
  throw new Error('expected the graph to be refused')
}

const names = (nodes: readonly GraphNode[]): string[] => nodes.map((node) => node.name)

test('it tells who needs whom, in both directions, and only directly', () => {
  const graph = graphOf({ http: ['repository'], repository: ['db', 'cache'], db: [], cache: [], outbox: ['db'] })
  expect(names(graph.needs('repository'))).toEqual(['db', 'cache'])
  expect(names(graph.dependents('db'))).toEqual(['repository', 'outbox'])
  expect(names(graph.needs('db'))).toEqual([])
  expect(names(graph.dependents('http'))).toEqual([])
})

test('the depth of a node is the length of its longest chain of needs, itself included', () => {
  const graph = graphOf({ a: ['b', 'd'], b: ['c'], c: ['d'], d: [], alone: [] })
  expect(['a', 'b', 'c', 'd', 'alone', 'absent'].map((name) => graph.depth(name))).toEqual([4, 3, 2, 1, 1, 0])
})

test('a need may be added after the one that needs it', () => {
  expect(names(graphOf({ http: ['db'], db: [] }).needs('http'))).toEqual(['db'])
})

test('a need that is named twice counts once among the dependents', () => {
  expect(names(graphOf({ http: ['db', 'db'], db: [] }).dependents('db'))).toEqual(['http'])
})

test('nothing at all is a graph, too', () => {
  expect(graphOf({}).nodes.size).toBe(0)
})

test('a circle is refused with the way round it, without the nodes that only lead there', () => {
  const circle = { http: ['orders'], orders: ['payments'], payments: ['ledger'], ledger: ['orders'] }
  expect(refusal(() => graphOf(circle))).toMatchInlineSnapshot(`
    "SEA_GRAPH_CYCLE: Components need each other in a circle: orders → payments → ledger → orders
      Take one of these needs out, or split a component."
  `)
})

test('a node that needs itself is a circle of one', () => {
  expect(refusal(() => graphOf({ db: ['db'] }))).toContain(
    'SEA_GRAPH_CYCLE: Components need each other in a circle: db → db',
  )
})

test('two circles are refused as well as one: nobody gets through by being second', () => {
  expect(refusal(() => graphOf({ free: [], a: ['free', 'b'], b: ['a'] }))).toContain('a → b → a')
})

test('a need that nobody added is refused with both names', () => {
  expect(refusal(() => graphOf({ http: ['db'] }))).toMatchInlineSnapshot(`
    "SEA_GRAPH_UNKNOWN_NEED: "http" needs "db", which was not added
      Add a component called "db"."
  `)
})

test('a name that is taken is refused', () => {
  const twice = [
    { name: 'db', needs: [] },
    { name: 'db', needs: [] },
  ]
  expect(refusal(() => new DependencyGraph(twice))).toMatchInlineSnapshot(`
    "SEA_GRAPH_DUPLICATE: Two components are called "db"
      Give each component its own name."
  `)
})

test('names that every object has are names like any other', () => {
  const graph = graphOf(
    Object.fromEntries([
      ['constructor', ['toString']],
      ['toString', []],
    ]),
  )
  expect(graph.depth('constructor')).toBe(2)
  expect(refusal(() => graphOf({ http: ['valueOf'] }))).toContain('SEA_GRAPH_UNKNOWN_NEED')
})

test('a lattice of thirty layers, each needing the whole next one, is measured at once', () => {
  const layers = Array.from({ length: 30 }, (_, layer) => Array.from({ length: 10 }, (_, at) => `${layer}.${at}`))
  const needs = Object.fromEntries(layers.flatMap((layer, at) => layer.map((name) => [name, layers[at + 1] ?? []])))
  expect(graphOf(needs).depth('0.0')).toBe(30)
})
