import { delivered } from '../../matchers/delivered.ts'
import { preserved } from '../../matchers/preserved.ts'
import { SERIES } from '../../workload/scrape-page.ts'
import { demand, type Check, type Needs } from '../check.ts'

const POINTS = ['dataPoints'] as const
const METRICS = ['samples', 'dataPoints'] as const
const scraping: Needs = [['scrape']]
const seriesNamed = (name: string): number[] => SERIES.flatMap((series, index) => (series.name === name ? [index] : []))

export const metricChecks: readonly Check[] = [
  {
    id: 'M1',
    level: 'MUST',
    title: 'every scraped sample and pushed point arrives once, with its value',
    needs: [['scrape', 'otlp-metrics']],
    scenario: 'calm',
    judge: ({ report, ledger }) => {
      delivered(report, { tracks: METRICS, lost: 0, duplicated: 0 })
      // Those of a histogram are the subject of M3.
      const wrong = ledger.corruptedFields.samples
        .get('value')
        ?.first.filter(({ seq }) => !SERIES[seq % SERIES.length]?.name.startsWith('test_latency'))
      demand(
        wrong === undefined || wrong.length === 0,
        `values changed: ${wrong?.map(({ seq, want, got }) => `${SERIES[seq % SERIES.length]?.name} sent ${want}, got ${got}`).join('; ')}`,
      )
    },
    twin: 'drops-samples',
  },
  {
    id: 'M2',
    level: 'MUST',
    title: 'a counter that restarts stays as it is, and a series or target that goes is marked stale',
    needs: scraping,
    scenario: 'calm',
    judge: ({ ledger }) => {
      const { staleMarkers } = ledger.scrapes
      const [vanishing = -1] = seriesNamed('test_vanishing')
      demand((staleMarkers.get(vanishing) ?? 0) >= 1, 'test_vanishing left the page and no staleness marker came')
      const unmarked = SERIES.filter((_, index) => !staleMarkers.has(index)).map(({ name }) => name)
      demand(
        unmarked.length === 0,
        `the target went away and these series got no staleness marker: ${unmarked.join(', ')}`,
      )
    },
    twin: 'drops-staleness',
  },
  {
    id: 'M3',
    level: 'MUST',
    title: 'classic and exponential histograms are equal bucket by bucket',
    needs: [['scrape', 'otlp-metrics']],
    scenario: 'calm',
    judge: ({ report, ledger }) => {
      const wrong = ledger.corruptedFields.samples
        .get('value')
        ?.first.filter(({ seq }) => SERIES[seq % SERIES.length]?.name.startsWith('test_latency'))
      demand(
        wrong === undefined || wrong.length === 0,
        `buckets changed: ${wrong?.map(({ seq, want, got }) => `${SERIES[seq % SERIES.length]?.name} sent ${want}, got ${got}`).join('; ')}`,
      )
      if (ledger.tracks.dataPoints.end > 0)
        preserved(report, ['data.points'], {
          tracks: POINTS,
          except: ['data.points[0].startTimeUnixNano', 'data.points[0].exemplars'],
        })
    },
    twin: 'merges-buckets',
  },
  {
    id: 'M4',
    level: 'SHOULD',
    title: 'type, help and unit travel with the metric',
    needs: [['scrape', 'otlp-metrics']],
    scenario: 'calm',
    judge: ({ report, ledger }) => {
      if (ledger.tracks.dataPoints.end > 0) preserved(report, ['name', 'description', 'unit'], { tracks: POINTS })
      if (ledger.tracks.samples.end === 0) return
      const orders = ledger.metadata.get('test_orders') ?? ledger.metadata.get('test_orders_total')
      demand(orders !== undefined, 'no metadata of test_orders arrived by remote write')
      demand(
        orders.type === 'counter' && orders.help === 'Orders "stored".',
        `metadata of test_orders: got ${JSON.stringify(orders)}`,
      )
    },
    twin: 'forgets-metadata',
  },
  {
    id: 'M5',
    level: 'MUST',
    title: 'temporality, monotonicity and start times are right',
    needs: [['otlp-metrics']],
    scenario: 'calm',
    judge: ({ report }) =>
      preserved(report, ['data.temporality', 'data.monotonic', 'data.points[0].startTimeUnixNano'], { tracks: POINTS }),
    twin: 'calls-deltas-cumulative',
  },
  {
    id: 'M6',
    level: 'SHOULD',
    title: 'exemplars are kept with value and labels',
    needs: [['exemplars', 'otlp-metrics']],
    scenario: 'calm',
    judge: ({ report, ledger }) => {
      if (ledger.tracks.dataPoints.end > 0) preserved(report, ['data.points[0].exemplars'], { tracks: POINTS })
      if (ledger.tracks.samples.end === 0) return
      demand(ledger.exemplars.length > 0, 'the scraped pages have exemplars and none arrived by remote write')
      const wrong = ledger.exemplars.find(
        ({ exemplar }) => exemplar.value !== 0.25 || !exemplar.labels.some(([name]) => name === 'trace_id'),
      )
      demand(wrong === undefined, `an exemplar changed: ${JSON.stringify(wrong)}`)
    },
    twin: 'forgets-exemplars',
  },
  {
    id: 'M7',
    level: 'MUST',
    title: 'up, scrape_*, job, instance and external labels',
    needs: scraping,
    scenario: 'calm',
    judge: ({ ledger }) => {
      const named = (wanted: string) =>
        ledger.otherSamples.filter(({ labels }) =>
          labels.some(([name, value]) => name === '__name__' && value === wanted),
        )
      const up = named('up')
      demand(
        up.some(({ sample }) => sample.value === 1),
        'up was never 1 although pages were fetched',
      )
      demand(
        up.some(({ sample }) => sample.value === 0),
        'up was never 0 although the target answered 503 in the end',
      )
      demand(named('scrape_duration_seconds').length > 0, 'scrape_duration_seconds never arrived')
      const labels = new Map(up[0]?.labels)
      demand(
        labels.get('job') === 'collector-test' && (labels.get('instance') ?? '') !== '',
        `up has the labels ${JSON.stringify([...labels])}: expected job="collector-test" and an instance`,
      )
      demand(
        labels.get('cluster') === 'collector-test',
        `up has no external label cluster="collector-test": ${JSON.stringify([...labels])}`,
      )
    },
    twin: 'forgets-up',
  },
  {
    id: 'M8',
    level: 'MUST',
    title: 'remote write: headers, snappy, labels sorted and unique',
    needs: scraping,
    scenario: 'calm',
    judge: ({ writes }) => {
      demand(writes.length > 0, 'no remote write request came')
      for (const { headers, unsorted } of writes) {
        demand(
          headers['content-encoding'] === 'snappy',
          `content-encoding: expected snappy, got ${String(headers['content-encoding'])}`,
        )
        demand(
          String(headers['content-type']).startsWith('application/x-protobuf'),
          `content-type: expected application/x-protobuf, got ${String(headers['content-type'])}`,
        )
        demand(
          /^(0\.1\.0|2\.0\.0)$/.test(String(headers['x-prometheus-remote-write-version'])),
          `x-prometheus-remote-write-version: expected 0.1.0 or 2.0.0, got ${String(headers['x-prometheus-remote-write-version'])}`,
        )
        demand(headers['user-agent'] !== undefined, 'user-agent: expected one, got none')
        demand(unsorted.length === 0, `labels are not sorted or not unique: ${unsorted[0]}`)
      }
    },
    twin: 'unsorted-labels',
  },
]
