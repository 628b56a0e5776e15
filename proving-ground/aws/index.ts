import assert from 'assert/strict';
import { randomBytes } from 'crypto';
import * as fs from 'fs';
import * as path from 'path';
import { Account } from './gateway/account';
import { Call } from './gateway/call';
import { Killing, Moment } from './gateway/caller';
import { Credentials, SessionCredentials } from './gateway/credentials';
import { CustomResourceResponses, ResponseSize } from './gateway/custom-resource-responses';
import { VCPU_QUOTA } from './gateway/fixed-answers';
import { Gateway } from './gateway/gateway';
import { Internals } from './gateway/internals';
import { queryJson, signedAs } from './gateway/query';
import { SecurityTokenService } from './gateway/sts';
import { WebIdentity } from './gateway/web-identity';
import { Authorizer } from './iam/authorizer';
import { Durations, LocalAwsOptions } from './options';
import { CallRecord, Recorder } from './recorder';
import { ManagedProcess, ready } from '../cluster/processes';

export type { ClusterFacts, Durations, LocalAwsOptions } from './options';
export type { CallRecord, Decision } from './recorder';
export type { Killing, Moment } from './gateway/caller';
export type { ResponseSize } from './gateway/custom-resource-responses';
export type { SessionCredentials } from './gateway/credentials';

/** A running local AWS. */
export interface LocalAws {
  /** The plain endpoint, for AWS_ENDPOINT_URL. */
  readonly endpoint: string;
  /** Environment of clients that act as the administrator: the CDK CLI, the AWS CLI, SDKs. */
  readonly env: Readonly<Record<string, string>>;
  /** Every call so far, also in calls.jsonl. */
  readonly calls: readonly CallRecord[];
  /** Size of each answer of a custom resource to CloudFormation. */
  readonly customResourceResponses: readonly ResponseSize[];
  /** Credentials of the role in the profile of an instance, as its metadata service hands them out. */
  credentialsForInstance(instanceId: string): Promise<SessionCredentials>;
  /** Holds the first call that matches until then, as if its caller slept; the promise is kept when the call has come. */
  hold(matches: (call: Call) => boolean, until: Promise<void>): Promise<void>;
  /** Ends the process that makes a call, if and when it is told to: what it had begun is done or not, and it hears no answer. */
  kill(when: (call: Call) => Moment | undefined, whose?: RegExp): Killing;
  /** Answers a role, where it is told to, that it asks for too much; gives what ends this. */
  throttle(when: (call: Call, roleArn: string) => boolean): () => void;
  /** Tells some callers, by their ARNs, another endpoint of the clusters that they ask for. */
  detour(whose: RegExp, endpoint: string): void;
  /** Tells EventBridge something that EC2 tells it. */
  emit(detailType: string, detail: object): Promise<void>;
  stop(): Promise<void>;
}

/** How the emulator calls what `seconds` sets. */
const DURATIONS: Readonly<Record<keyof Durations, string>> = {
  instanceLaunch: 'INSTANCE_LAUNCH_SECONDS',
  instanceShutdown: 'INSTANCE_SHUTDOWN_SECONDS',
  terminationHook: 'TERMINATION_HOOK_SECONDS',
  healthCheck: 'HEALTH_CHECK_SECONDS',
  zoneRebalancing: 'AZ_REBALANCE_SECONDS',
  nodegroupUpdate: 'NODEGROUP_UPDATE_SECONDS',
  nodegroupLag: 'NODEGROUP_LAG_SECONDS',
  addonUpdate: 'ADDON_UPDATE_SECONDS',
  clusterCreation: 'CLUSTER_CREATION_SECONDS',
  clusterUpdate: 'CLUSTER_UPDATE_SECONDS',
};

const EMULATOR = path.join(__dirname, 'emulator');

/** Starts the emulators and the gateway before them, and waits until they answer. */
export async function startAws(options: LocalAwsOptions): Promise<LocalAws> {
  const account = options.account ?? '000000000000';
  const enforce = options.enforce ?? true;
  const region = options.region ?? 'us-east-1';
  const port = options.port ?? 4600;
  const endpoint = `http://127.0.0.1:${port}`;
  const urls = { ministack: `http://127.0.0.1:${port + 1}`, moto: `http://127.0.0.1:${port + 2}`, registry: options.registryUrl };
  const administrator = { key: 'AKIAADMINISTRATOR000', secret: 'administrator' };
  const secret = randomBytes(16).toString('hex');
  fs.mkdirSync(path.join(options.runDir, 'tmp'), { recursive: true });

  const common = {
    HOME: options.runDir,
    TMPDIR: path.join(options.runDir, 'tmp'),
    LANG: 'C.UTF-8',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ENDPOINT_URL: endpoint,
    AWS_CA_BUNDLE: options.tls.caBundleFile,
    SSL_CERT_FILE: options.tls.caBundleFile,
    NODE_EXTRA_CA_CERTS: options.tls.caBundleFile,
    // Tokens for Kubernetes name the host of STS, which has to be the real one.
    ...(options.secureListener ? { AWS_ENDPOINT_URL_STS: `https://sts.${region}.amazonaws.com` } : {}),
  };
  const emulatorEnv = {
    ...common,
    PYTHONPATH: path.dirname(EMULATOR),
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONUNBUFFERED: '1',
    GATEWAY_URL: endpoint,
    GATEWAY_SECRET: secret,
    PATH: [options.node24Bin, ...options.toolDirs, options.pythonBin, '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
  };
  const start = (name: string, env: Record<string, string>): ManagedProcess => options.processes.start(
    name, path.join(options.pythonBin, 'python'), ['-m', `emulator.${name}_server`], { cwd: options.runDir, env: { ...emulatorEnv, ...env } });
  const ministack = start('ministack', {
    GATEWAY_PORT: String(port + 1),
    BIND_HOST: '127.0.0.1',
    MINISTACK_HOST: 'localhost',
    MINISTACK_ACCOUNT_ID: account,
    MINISTACK_REGION: region,
    LAMBDA_EXECUTOR: 'local',
    SFN_WAIT_SCALE: String(options.stateMachineWaits ?? 1),
    LOG_LEVEL: 'INFO',
  });
  const moto = start('moto', {
    MOTO_PORT: String(port + 2),
    MOTO_ACCOUNT_ID: account,
    CLUSTERS: JSON.stringify(options.clusters),
    VCPU_QUOTA: String(VCPU_QUOTA.value),
    CATALOGUE_FOLDER: path.join(path.dirname(options.pythonBin), 'catalogue'),
    ...Object.fromEntries(Object.entries(options.seconds ?? {}).map(([name, value]) => [DURATIONS[name as keyof Durations], String(value)])),
  });

  const accountView = new Account(urls, account, region);
  const credentials = new Credentials(account, administrator.key);
  const authorizer = new Authorizer(account, region, accountView);
  const webIdentity = new WebIdentity(options.clusters);
  const sts = new SecurityTokenService(account, accountView, credentials, webIdentity, authorizer);
  const recorder = new Recorder(options.runDir);
  const customResources = new CustomResourceResponses();
  const gateway = new Gateway({
    account,
    region,
    urls,
    credentials,
    sts,
    authorizer,
    recorder,
    customResources,
    internals: new Internals({ secret, sts, account: accountView, authorizer, recorder, enforce }),
    enforce,
    log: options.log,
  });
  await gateway.listen(port);
  if (options.secureListener) {
    await gateway.listenSecurely(options.secureListener, options.tls);
  }
  await Promise.all([
    ready(ministack, async () => (await fetch(`${urls.ministack}/_ministack/health`)).ok),
    ready(moto, async () => (await fetch(`${urls.moto}/moto-api/`)).ok),
  ]);
  return {
    endpoint,
    env: { ...common, AWS_ACCESS_KEY_ID: administrator.key, AWS_SECRET_ACCESS_KEY: administrator.secret },
    calls: recorder.calls,
    customResourceResponses: customResources.sizes,
    credentialsForInstance: async (instanceId) => {
      const roleArn = await accountView.roleOfInstance(instanceId);
      return sts.sessionForService(roleArn, instanceId, 'ec2.amazonaws.com');
    },
    hold: (matches, until) => gateway.hold(matches, until),
    kill: (when, whose) => gateway.kill(when, whose),
    throttle: when => gateway.throttle(when),
    detour: (whose, to) => gateway.detour(whose, to),
    emit: async (detailType, detail) => {
      const headers = { ...signedAs('gateway', region, 'events'), 'x-gateway-secret': secret };
      const { FailedEntryCount } = await queryJson(urls.ministack, headers, 'AWSEvents.PutEvents', {
        Entries: [{ Source: 'aws.ec2', DetailType: detailType, Detail: JSON.stringify(detail) }],
      });
      assert.equal(FailedEntryCount, 0);
    },
    stop: async () => {
      await gateway.close();
      await Promise.all([ministack.stop(), moto.stop()]);
      await recorder.close();
    },
  };
}
