import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forSameLab } from './same-lab.ts'

const texts: [string, string][] = [
  ['npm run up', 'npm run up -- --port-offset 1000'],
  ['npm run status, then npm run up', 'npm run status -- --port-offset 1000, then npm run up -- --port-offset 1000'],
  ['npm run logs -- agent; look there', 'npm run logs -- --port-offset 1000 agent; look there'],
  ['npm run down -- --volumes', 'npm run down -- --port-offset 1000 --volumes'],
  ['a second lab: npm run up -- --port-offset 2000; or', 'a second lab: npm run up -- --port-offset 2000; or'],
  ['npm run build -w console', 'npm run build -w console'],
]
for (const [text, expected] of texts) {
  test(`"${text}" is about the lab with the offset`, () => {
    assert.equal(forSameLab(text, '1000'), expected)
    assert.equal(forSameLab(text, undefined), text)
  })
}
