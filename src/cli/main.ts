import { ClusterApi } from './access/cluster-api.kubernetes';
import { openSession, readCluster } from './access/session.aws';
import { makePlan, SnippetFacts } from './plan/plan';
import { planPorts } from './plan/ports.kubernetes';
import { snippet } from './plan/snippet';
import { synthesize } from './plan/synthesis';
import { run, Surroundings } from './run';
import { statusPorts } from './status/ports.kubernetes';

/** Set by the bundler. */
declare const LIBRARY_VERSION: string | undefined;

// Which Node.js the SDK will need next year is no news for whoever asks about a cluster.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const surroundings: Surroundings = {
  out: process.stdout,
  err: process.stderr,
  environment: process.env,
  version: typeof LIBRARY_VERSION === 'string' ? LIBRARY_VERSION : 'unbundled',
  now: Date.now,
  sleep: milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds)),
  openPlan: async command => {
    const session = await openSession(command);
    const cluster = await readCluster(command.cluster, session);
    const config = await new ClusterApi(cluster, session, command.kubeconfig).config();
    const parts = { synthesize, snippet: (facts: SnippetFacts) => snippet(command.language, facts) };
    const question = { cluster: command.cluster, account: session.account, region: session.region, generation: command.release, now: Date.now() };
    return readings => makePlan(planPorts(cluster, config), parts, question, readings);
  },
  openStatus: async command => {
    const session = await openSession(command);
    const cluster = await readCluster(command.cluster, session);
    return statusPorts(command.cluster, session.region, new ClusterApi(cluster, session, command.kubeconfig));
  },
};

void run(process.argv.slice(2), surroundings).then(code => {
  process.exitCode = code;
});
