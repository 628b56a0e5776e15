import { startAws } from '../aws';
import { Log } from '../build/log';
import { Parts } from '../build/parts';
import { layFoundation, startCluster } from '../machine/machine';
import { HOST_ADDRESS } from '../machine/network';
import { apiServerUrl } from '../machine/pki';
import { Processes } from '../machine/processes';

/** What the phases get from the machine. */
export interface PhaseContext {
  readonly parts: Parts;
  readonly processes: Processes;
  readonly runDir: string;
  readonly log: Log;
  readonly region: string;
  /** Aborted, with the reason, when the run has to end. */
  readonly signal: AbortSignal;
  readonly args: readonly string[];
}

/** Runs the phases and gives the exit code. */
export async function runPhases(context: PhaseContext): Promise<number> {
  const { parts, processes, runDir, log, region } = context;
  const foundation = await layFoundation({ parts, processes, runDir, region });
  const aws = await startAws({
    processes, runDir, log, region,
    pythonBin: parts.python,
    node24Bin: parts.node24,
    toolDirs: [],
    tls: { ...foundation.pki.aws, caBundleFile: foundation.pki.caBundleFile },
    secureListener: { host: HOST_ADDRESS, port: 443 },
    registryUrl: foundation.registry.url,
    serviceAccountPublicKeyPem: foundation.pki.serviceAccountPublicKeyPem,
    cluster: {
      name: 'prod', endpoint: apiServerUrl(), certificateAuthorityBase64: foundation.pki.caBase64, oidcIssuer: foundation.oidcIssuer,
    },
  });
  const controlPlane = await startCluster(foundation, {
    parts, processes, runDir, log, region,
    clusterName: 'prod',
    administratorRoleArns: ['arn:aws:iam::000000000000:role/kubectl'],
    awsEnv: aws.env,
  });
  log(`${(await controlPlane.kube.list('/api/v1/nodes')).length} nodes`);
  await aws.stop();
  return 0;
}
