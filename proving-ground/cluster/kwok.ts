import * as fs from 'fs';
import * as path from 'path';
import { STAGES } from './kwok-stages';
import { ManagedProcess, ready } from './processes';
import { Site } from './site';
import { Parts } from '../parts/parts';

/** Addresses of the pods that do not run for real. */
const POD_NETWORK = '10.1.0.1/16';
const LEASE_SECONDS = '40';

/**
 * Keeps nodes Ready and lets pods come up and go, all but those that run for real.
 *
 * @param stages how they live
 */
export async function startKwok(parts: Parts, site: Site, stages: readonly object[] = STAGES): Promise<ManagedProcess> {
  const { pki, addresses, processes } = site;
  const folder = path.join(site.folder, 'kwok');
  const server = `${addresses.loopback}:10247`;
  fs.mkdirSync(folder, { recursive: true });
  const config = path.join(folder, 'stages.yaml');
  fs.writeFileSync(config, stages.map(stage => JSON.stringify(stage)).join('\n---\n'));
  const kwok = processes.start('kwok', parts.kwok, [
    '--kubeconfig', await pki.kubeconfig('kwok', ['system:masters']),
    '--config', config,
    '--manage-all-nodes=true',
    '--node-lease-duration-seconds', LEASE_SECONDS,
    '--cidr', POD_NETWORK,
    '--server-address', server,
  ]);
  await ready(kwok, async () => (await fetch(`http://${server}/healthz`)).ok);
  return kwok;
}
