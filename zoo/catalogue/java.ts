import type { Animal } from './animal.ts'

export const JAVA: readonly Animal[] = []
