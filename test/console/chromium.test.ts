import assert from 'node:assert/strict'
import { test } from 'node:test'
import { browserSkipReason, findChromium } from './chromium.ts'

test('without Chromium the browser tests are skipped with a reason, but in CI they run and fail', () => {
  const bare = { PATH: '/nonexistent' }
  if (findChromium(bare) !== undefined) return // An application folder has one, whatever PATH says.
  assert.match(browserSkipReason(bare) ?? '', /no Chromium found: install it/)
  assert.equal(browserSkipReason({ ...bare, CI: '1' }), undefined)
  assert.equal(browserSkipReason({ ...bare, CONSOLE_TESTS: 'require' }), undefined)
  assert.equal(browserSkipReason({ ...bare, CHROMIUM: '/opt/chromium' }), undefined)
  assert.equal(browserSkipReason({ ...bare, CI: '1', CONSOLE_TESTS: 'skip' }), 'CONSOLE_TESTS=skip')
})
