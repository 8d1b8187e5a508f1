import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mergeFamilies } from './release-metrics.ts'

const own = `# HELP orders Orders.
# TYPE orders counter
orders_total{sku="mug"} 3 # {trace_id="a"} 1 2
# HELP up_since Start.
# TYPE up_since gauge
up_since 7
# EOF
`

test('samples of the release stand in their families, labelled with its version, exemplars as they are', () => {
  const other = own.replace('} 3 #', '} 1 #')
  assert.equal(
    mergeFamilies(own, other, '0.2.0'),
    `# HELP orders Orders.
# TYPE orders counter
orders_total{sku="mug"} 3 # {trace_id="a"} 1 2
orders_total{service_version="0.2.0",sku="mug"} 1 # {trace_id="a"} 1 2
# HELP up_since Start.
# TYPE up_since gauge
up_since 7
up_since{service_version="0.2.0"} 7
# EOF
`,
  )
})
