/** The latency chart as a table, for who does not see it. */
import { milliseconds } from '@/lib/numbers';
import { serviceText } from '@/lib/text/service';
import { dayAndTime, duration } from '@/lib/time';
import { bucketsOf, type ChartRow } from './latency-series';

const text = serviceText.page;
/** More lines than these nobody listens to. */
const MOST = 24;

export function ChartTable({ rows }: { rows: readonly ChartRow[] }) {
  return (
    <div className="sr-only">
      <table>
        <caption>{text.chartTable}</caption>
        <thead>
          <tr>
            {[text.time, text.median, text.p95, text.slowest, text.notUp].map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {bucketsOf(rows, MOST).map((bucket) => (
            <tr key={bucket.from}>
              <th scope="row">{dayAndTime(bucket.from)}</th>
              {bucket.median === null && bucket.troubled === 0 ? (
                <td colSpan={4}>{text.gap}</td>
              ) : (
                <>
                  <td>{milliseconds(bucket.median)}</td>
                  <td>{milliseconds(bucket.p95)}</td>
                  <td>{milliseconds(bucket.max)}</td>
                  <td>{bucket.troubled === 0 ? '–' : duration(bucket.troubled * 1000)}</td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
