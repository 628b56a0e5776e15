import * as fs from 'fs';
import { CloudWatchLogsClient, paginateDescribeLogGroups, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { clientConfig } from '../../aws/client-config';
import { Report } from '../report';
import { World } from '../world';

/** What lets whoever reads it act for somebody, as far as a text shows that. */
const SECRETS: Readonly<Record<string, RegExp>> = {
  'a token of EKS': /k8s-aws-v1\.[A-Za-z0-9_-]{20}/,
  'a token of a service account': /eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}\./,
  'a signed address': /X-Amz-Signature=|cfn-response\//,
  'a session token': /X-Amz-Security-Token|"?[Ss]ession_?[Tt]oken"?\s*[:=]\s*"?[A-Za-z0-9+/=]{16}/,
  'a secret key': /"?[Ss]ecret_?[Aa]ccess_?[Kk]ey"?\s*[:=]\s*"?[A-Za-z0-9+/=]{16}/,
  'a private key': /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  'a bearer': /[Bb]earer [A-Za-z0-9_.-]{20}/,
};
const GROUPS = /KarpenterMigration|vendedlogs\/states/;

/** Nothing that our functions and state machines wrote to their logs lets anybody act for them. */
export async function logsHoldNoSecret(world: World, report: Report): Promise<void> {
  await report.check({ step: 'Create IAM roles', shows: 'seen', name: 'no line of a log of ours holds a token, a key or a signed address' }, async () => {
    const client = new CloudWatchLogsClient(clientConfig(world.aws));
    const lines: string[] = [];
    const groups: string[] = [];
    for await (const { logGroups = [] } of paginateDescribeLogGroups({ client }, {})) {
      groups.push(...logGroups.map(({ logGroupName }) => logGroupName!).filter(name => GROUPS.test(name)));
    }
    for (const logGroupName of groups) {
      for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName })) {
        lines.push(...events.map(({ message }) => message!));
      }
    }
    if (!lines.some(line => line.includes('CloudWatchMetrics'))) {
      throw new Error(`the lines of a run are not among the ${lines.length} of ${groups.join(', ') || 'no group'}`);
    }
    const found = lines.flatMap(line => Object.entries(SECRETS).filter(([, pattern]) => pattern.test(line)).map(([what]) => `${what}: ${line.slice(0, 200)}`));
    if (found.length > 0) {
      throw new Error(`${found.length} lines, such as ${found[0]}`);
    }
    return `${lines.length} lines of ${groups.length} log groups`;
  });
}

/** A read with resource version 0 may be answered from a cache that is minutes old. */
export async function readsAreCurrent(world: World, report: Report): Promise<void> {
  await report.check({ step: 'Scale node groups down', shows: 'seen', name: 'no read of ours may be answered from a stale watch cache' }, async () => {
    const reads = fs.readFileSync(world.auditLog, 'utf8').split('\n').filter(line => line.includes('"node-fetch/')).map(line => JSON.parse(line))
      .filter(({ verb, stage }) => ['get', 'list', 'watch'].includes(verb) && stage === 'ResponseComplete');
    const stale = reads.filter(({ verb, requestURI }) => verb === 'watch' || /resourceVersion=/.test(requestURI));
    if (reads.length === 0 || stale.length > 0) {
      throw new Error(`${stale.length} of ${reads.length} reads, such as ${stale[0]?.requestURI}`);
    }
    return `${reads.length} reads, none with a resource version`;
  });
}
