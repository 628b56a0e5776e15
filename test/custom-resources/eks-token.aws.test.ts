import { readFileSync } from 'fs';
import { join } from 'path';
import { bearerToken, roleOfSession, trustMissing } from '../../src/custom-resources/eks-token.aws';

const CREDENTIALS = { AccessKeyId: 'AKIDEXAMPLE', SecretAccessKey: 'secret', SessionToken: 'session/token+=' };
const NOW = new Date('2026-01-02T03:04:05Z');

async function signedUrl(clusterName: string, region: string): Promise<URL> {
  const token = await bearerToken(clusterName, region, CREDENTIALS, NOW);
  expect(token).toMatch(/^k8s-aws-v1\.[A-Za-z0-9_-]+$/);
  return new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString());
}

test('the token is a call of GetCallerIdentity, signed for one minute and one cluster', async () => {
  const url = await signedUrl('prod', 'eu-west-1');

  expect(url.origin).toBe('https://sts.eu-west-1.amazonaws.com');
  expect(url.searchParams.get('Action')).toBe('GetCallerIdentity');
  expect(url.searchParams.get('X-Amz-Expires')).toBe('60');
  expect(url.searchParams.get('X-Amz-Date')).toBe('20260102T030405Z');
  expect(url.searchParams.get('X-Amz-SignedHeaders')).toBe('host;x-k8s-aws-id');
  expect(url.searchParams.get('X-Amz-Credential')).toBe('AKIDEXAMPLE/20260102/eu-west-1/sts/aws4_request');
  expect(url.searchParams.get('X-Amz-Security-Token')).toBe('session/token+=');
});

test('the signature depends on the cluster', async () => {
  const [one, two] = await Promise.all([signedUrl('one', 'us-east-1'), signedUrl('two', 'us-east-1')]);

  expect(one.searchParams.get('X-Amz-Signature')).not.toBe(two.searchParams.get('X-Amz-Signature'));
});

test('China has its own suffix', async () => {
  expect((await signedUrl('prod', 'cn-north-1')).hostname).toBe('sts.cn-north-1.amazonaws.com.cn');
});

test.each([
  ['arn:aws:sts::111111111111:assumed-role/Handler-1X/karpenter', 'arn:aws:iam::111111111111:role/Handler-1X'],
  ['arn:aws-us-gov:sts::111111111111:assumed-role/Handler/session', 'arn:aws-us-gov:iam::111111111111:role/Handler'],
  ['arn:aws:iam::111111111111:user/somebody', 'arn:aws:iam::111111111111:user/somebody'],
])('the role behind %s is %s', (caller, role) => {
  expect(roleOfSession(caller)).toBe(role);
});

test('who may not assume the kubectl role reads the statement that its trust policy needs', () => {
  const message = trustMissing('arn:aws:iam::111111111111:role/kubectl', 'arn:aws:iam::111111111111:role/Handler');

  expect(message).toContain('kubectlLambdaRole');
  expect(message).toContain('{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:role/Handler"},"Action":"sts:AssumeRole"}');
});

test('the statement for a role with a generated name holds for the next one too, after a rollback took this one away', () => {
  const message = trustMissing('arn:aws:iam::111111111111:role/kubectl', 'arn:aws-cn:iam::111111111111:role/Prod-ClusterKarpenterMigrationKubern-1A2B3C4D5E6F');

  expect(message).toContain('{"Effect":"Allow","Principal":{"AWS":"arn:aws-cn:iam::111111111111:root"},"Action":"sts:AssumeRole",'
    + '"Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws-cn:iam::111111111111:role/Prod-ClusterKarpenterMigrationKubern-*"}}}');
  expect(message).not.toContain('1A2B3C4D5E6F');
  expect(message).toContain('`kubernetesRole` of the migration');
});

test('the documents quote the message as it is', () => {
  const said = trustMissing('KUBECTL', 'FUNCTION').slice(0, "the function's role may not assume the kubectl role".length);
  for (const document of ['README.md', 'docs/runbook.md']) {
    expect(readFileSync(join(__dirname, '../..', document), 'utf8')).toContain(said);
  }
});
