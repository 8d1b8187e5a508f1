import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { LabError } from '../../lab-error.ts'
import { checkResources } from './resources.ts'

const GIB = 1024 ** 3
const roomy = { memoryBytes: 8 * GIB, rootDir: tmpdir() }

test('too little disk where the engine keeps its images is said in numbers, with what to try', () => {
  checkResources(roomy, 1)
  assert.throws(
    () => checkResources(roomy, Number.MAX_SAFE_INTEGER),
    (error) =>
      error instanceof LabError &&
      /^no disk space for Docker: \d+ MiB free where .*, the lab needs/.test(error.message) &&
      /docker system df/.test(error.advice ?? ''),
  )
})

test("the disk of an engine in a virtual machine is not this machine's, and is not judged by it", () => {
  checkResources({ ...roomy, rootDir: '/of/another/machine/docker' }, Number.MAX_SAFE_INTEGER)
})
