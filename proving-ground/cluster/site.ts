import { createHash } from 'crypto';
import * as path from 'path';
import { ClusterAddresses, clusterAddresses, takeAddress } from './network';
import { Pki } from './pki';
import { Processes, ProcessStarter } from './processes';

/** What is settled of a cluster before any of it runs: AWS has to know it by then. */
export interface Site {
  readonly clusterName: string;
  readonly addresses: ClusterAddresses;
  readonly pki: Pki;
  readonly oidcIssuer: string;
  /** Data, records and keys of this cluster. */
  readonly folder: string;
  /** Where the authenticator reads what EKS tells it of access entries. */
  readonly authenticatorFolder: string;
  readonly processes: ProcessStarter;
}

export interface SiteOptions {
  readonly clusterName: string;
  /** 1 for the first cluster of a world. */
  readonly ordinal: number;
  readonly runDir: string;
  readonly region: string;
  readonly processes: Processes;
}

export async function prepareSite({ clusterName, ordinal, runDir, region, processes }: SiteOptions): Promise<Site> {
  const folder = path.join(runDir, clusterName);
  const addresses = clusterAddresses(ordinal);
  await takeAddress(addresses.apiServer);
  return {
    clusterName,
    addresses,
    folder,
    pki: await Pki.create(path.join(folder, 'pki'), addresses.apiServer),
    oidcIssuer: `https://oidc.eks.${region}.amazonaws.com/id/${createHash('md5').update(clusterName).digest('hex').toUpperCase()}`,
    authenticatorFolder: path.join(folder, 'authenticator'),
    processes: processes.of(clusterName),
  };
}
