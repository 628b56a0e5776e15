import { EC2_NODE_CLASSES } from './ec2-node-class-table';
import { nodeClassManifest, nodePoolManifest } from './fixtures';
import { Objection, Table, patched } from './manifest-row';
import { NODE_POOLS } from './node-pool-table';

/** An object as it is sent to an API server, and what must come back. */
export interface ManifestRow {
  readonly kind: 'NodePool' | 'EC2NodeClass';
  readonly name: string;
  readonly manifest: any;
  /** Undefined where the server takes it. */
  readonly objection?: Objection;
}

/**
 * Every object of the tables, for a dry run against a real API server as well: what we render for those that are accepted, and the default one with a change for those
 * that are refused. What is accepted must come back with the spec that was sent.
 */
export function manifestTable(): ManifestRow[] {
  return [...rowsOf('NodePool', NODE_POOLS, nodePoolManifest), ...rowsOf('EC2NodeClass', EC2_NODE_CLASSES, nodeClassManifest)];
}

/** What the API server says of an objection: the message of the rule, or the field with dots and brackets. */
export function saidOf(objection: Objection): string {
  return 'rule' in objection ? objection.rule : objection.field.slice(1).replaceAll('/', '.').replace(/\.(\d+)/g, '[$1]');
}

function rowsOf<O>(kind: ManifestRow['kind'], table: Table<O>, render: (options: O) => any): ManifestRow[] {
  const base = render({} as O);
  return [
    ...table.accepted.map(({ name, options }) => ({ kind, name, manifest: render(options()) })),
    ...table.refused.map(({ name, objection, patch }) => ({ kind, name, objection, manifest: { ...base, spec: patched(base.spec, patch) } })),
  ];
}
