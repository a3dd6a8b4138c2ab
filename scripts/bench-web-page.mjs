#!/usr/bin/env node
// Writes what scripts/bench-web measured as a section for people, and puts it at the end of the benchmarks' page.
import { readFileSync, writeFileSync } from 'node:fs';

const [figuresPath, sectionPath, pagePath] = process.argv.slice(2);
const it = JSON.parse(readFileSync(figuresPath, 'utf8'));
const n = (value) => value.toLocaleString('en-GB');
const heading = '## In the browser';
const paths = Object.entries(it.api).map(
  ([path, { p50_ms, p99_ms, bytes }]) =>
    `| \`${path}\` | ${p50_ms} / ${p99_ms} ms, ${n(bytes)} bytes | p99 at most 10 ms |`,
);
const section = `${heading}: a workspace of ${n(it.services)} services

Written by \`make bench-web\`: the real program looks at ${n(it.services)} services every 30 s, and Chromium without a graphics
card shows them on the same machine (${it.cores} × ${it.processor}, load ${it.load}, ${it.profile} build). Medians of ${it.runs} first visits with
an empty cache; the same figures for machines: \`benchmarks-web.json\`.

| | measured | wanted |
|---|---|---|
| scripts of the first page, compressed | ${it.initial_script_kb} kB | at most 180 kB |
| first row in sight / page interactive | ${n(it.first_row_ms)} / ${n(it.interactive_ms)} ms | interactive within 1,500 ms |
| requests to the API until then / the largest, compressed | ${it.api_requests} / ${it.api_largest_kb} kB | none grows beyond one page; at most 60 kB |
| frames per second while scrolling 6,000 px/s for ${it.scroll_s} s (traced) | ${it.scroll_fps} | at least 50 |
| slowest frame of a hundred | ${it.scroll_frame_p99_ms} ms | |
| live events in ${it.live.seconds} s / rows in sight touched / touched without an event of theirs | ${n(it.live.events)} / ${it.live.rows_touched} / ${it.live.rows_touched_without_event} | an event touches its row only |
${paths.join('\n')}
`;
writeFileSync(sectionPath, section);
const page = readFileSync(pagePath, 'utf8').split(`\n${heading}`)[0].trimEnd();
writeFileSync(pagePath, `${page}\n\n${section}`);
