import * as fs from 'fs';
import * as path from 'path';
import { STAGES } from './kwok-stages';
import { Pki } from './pki';
import { ManagedProcess, Processes, ready } from './processes';
import { Parts } from '../parts/parts';

/** Addresses of the pods that do not run for real. */
const POD_NETWORK = '10.1.0.1/16';
const LEASE_SECONDS = '40';

/** Keeps nodes Ready and lets pods come up and go, all but those that run for real. */
export async function startKwok(parts: Parts, pki: Pki, processes: Processes, folder: string): Promise<ManagedProcess> {
  fs.mkdirSync(folder, { recursive: true });
  const config = path.join(folder, 'stages.yaml');
  fs.writeFileSync(config, STAGES.map(stage => JSON.stringify(stage)).join('\n---\n'));
  const kwok = processes.start('kwok', parts.kwok, [
    '--kubeconfig', await pki.kubeconfig('kwok', ['system:masters']),
    '--config', config,
    '--manage-all-nodes=true',
    '--node-lease-duration-seconds', LEASE_SECONDS,
    '--cidr', POD_NETWORK,
    '--server-address', '127.0.0.1:10247',
  ]);
  await ready(kwok, async () => (await fetch('http://127.0.0.1:10247/healthz')).ok);
  return kwok;
}
