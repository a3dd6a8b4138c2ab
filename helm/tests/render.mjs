/** Renders the chart with the Helm that HELM names, for the tests beside this file. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const { parseAllDocuments } = createRequire(`${process.env.CHECKERS}/package.json`)('yaml');

export const chart = fileURLToPath(new URL('../pulsecheck', import.meta.url));

/**
 * What the chart becomes: `files` are values files beside its own, `values` what --set gives, `folder` another copy of it. Throws
 * what Helm said.
 */
export function render({ files = [], values = {}, json = {}, tag = 'test', name = 'watch', folder = chart } = {}) {
  const set = Object.entries({ ...(tag === null ? {} : { 'image.tag': tag }), ...values });
  const run = spawnSync(process.env.HELM, [
    'template', name, folder, '--namespace', 'status',
    ...files.flatMap((file) => ['--values', `${folder}/${file}`]),
    ...set.flatMap(([key, value]) => ['--set', `${key}=${value}`]),
    ...Object.entries(json).flatMap(([key, value]) => ['--set-json', `${key}=${JSON.stringify(value)}`]),
  ], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return found(run.stdout);
}

/** The objects in what Helm printed. */
export function found(text) {
  const objects = parseAllDocuments(text).map((document) => document.toJS()).filter(Boolean);
  return {
    objects,
    of: (kind) => objects.filter((object) => object.kind === kind),
    find: (kind, end) => objects.find((object) => object.kind === kind && object.metadata.name.endsWith(end)),
  };
}

/** Every pod that the chart makes, with the name of its workload. */
export function pods(rendered) {
  return rendered.objects
    .filter((object) => object.spec?.template?.spec)
    .map((object) => ({ name: object.metadata.name, labels: object.spec.template.metadata.labels, ...object.spec.template.spec }));
}

export const production = ['values-production.yaml'];
export const nginx = ['values-production.yaml', 'values-ingress-nginx.yaml'];
export const local = ['values-production.yaml', 'values-production-local.yaml'];
