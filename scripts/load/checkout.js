// The load profile of the shop as a k6 script: customers arrive at a constant rate whether or not earlier ones have been served.
//   k6 run -e GATEWAY_URL=http://127.0.0.1:8000 -e RATE=20 -e DURATION=30s scripts/load/checkout.js
// `npm run load` runs it where k6 is on PATH; scripts/load/load-driver.ts is the same profile without k6.
import { check } from 'k6'
import http from 'k6/http'

const rate = Number(__ENV.RATE || 20)
const products = ['mug', 't-shirt', 'sticker', 'notebook']

export const options = {
  scenarios: {
    checkouts: {
      executor: 'constant-arrival-rate',
      // k6 takes whole numbers only; a minute as the unit lets RATE be 0.5.
      rate: Math.round(rate * 60),
      timeUnit: '1m',
      duration: __ENV.DURATION || '30s',
      // A checkout that meets the database timeout holds its customer for about 3 s.
      preAllocatedVUs: Math.max(10, Math.ceil(rate)),
      maxVUs: Math.max(50, Math.ceil(rate * 10)),
    },
  },
  summaryTrendStats: ['min', 'med', 'p(95)', 'p(99)', 'max'],
}

export default function () {
  const sku = products[Math.floor(Math.random() * products.length)]
  const response = http.post(
    `${__ENV.GATEWAY_URL || 'http://127.0.0.1:8000'}/checkout`,
    JSON.stringify({ sku, quantity: 1 }),
    { headers: { 'content-type': 'application/json' }, timeout: '20s' },
  )
  check(response, { 'is 201': ({ status }) => status === 201 })
}
