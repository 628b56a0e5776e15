import { Report } from './report';
import { World } from './world';
import type { ManifestRow } from '../../test/provisioning/v1/manifest-table';
import { KubeError } from '../cluster/kube';

/** Nothing is stored, and what no schema knows is an error instead of being dropped. */
const TRIAL = '?dryRun=All&fieldValidation=Strict';
const REFUSALS = [400, 422];
const AT_A_TIME = 8;

/** The table of manifests, of which unit tests compare our types with the schemas, against the API server itself. */
export async function manifestsAreJudgedAlike(world: World, report: Report): Promise<void> {
  await report.check({ step: 'Create default provisioner', shows: 'survives', name: 'the API server takes and refuses each manifest of the table as we do, and fills nothing in' }, async () => {
    // It loads the library, which no other world needs.
    const { manifestTable, saidOf } = await import('../../test/provisioning/v1/manifest-table.js');
    const rows = manifestTable();
    const differences: string[] = [];
    for (let i = 0; i < rows.length; i += AT_A_TIME) {
      differences.push(...(await Promise.all(rows.slice(i, i + AT_A_TIME).map((row, n) => differenceOf(world, row, row.objection && saidOf(row.objection), `row-${i + n}`)))).flat());
    }
    if (differences.length > 0) {
      throw new Error(`${differences.length} of ${rows.length} differ: ${differences.join('; ')}`);
    }
    const refused = rows.filter(({ objection }) => objection).length;
    return `${rows.length - refused} taken and ${refused} refused`;
  });
}

/** What the server says that the row does not. */
async function differenceOf(
  world: World, { kind, name, manifest }: ManifestRow, objection: string | undefined, spareName: string,
): Promise<string[]> {
  const { metadata } = manifest;
  // The default one is there already.
  const trial = { ...manifest, metadata: { ...metadata, name: metadata.name === 'default' ? spareName : metadata.name } };
  const answer = await tried(world, kind, trial);
  const differs = (how: string) => [`${kind} with ${name} ${how}`];
  if (objection === undefined) {
    return typeof answer === 'string' ? differs(`is refused: ${answer}`) : sameSpec(answer.spec, manifest.spec) ? [] : differs(`became ${JSON.stringify(answer.spec)}`);
  }
  return typeof answer !== 'string' ? differs('is taken') : answer.includes(objection) ? [] : differs(`is refused for another reason than ${objection}: ${answer}`);
}

/** The object as the server would have stored it, or why it would not. */
async function tried(world: World, kind: ManifestRow['kind'], trial: object): Promise<any> {
  const { pool, nodeClass, kinds } = world.karpenter;
  const collection = (kind === kinds.pool ? pool : nodeClass).replace(/\/[^/]+$/, '');
  try {
    return await world.kube.create(`${collection}${TRIAL}`, trial);
  } catch (error) {
    if (error instanceof KubeError && REFUSALS.includes(error.status)) {
      return String(JSON.parse(error.body).message);
    }
    throw error;
  }
}

function sameSpec(one: unknown, other: unknown): boolean {
  return sorted(one) === sorted(other);
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, inner) => inner && typeof inner === 'object' && !Array.isArray(inner)
    ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a < b ? -1 : 1)) : inner);
}
