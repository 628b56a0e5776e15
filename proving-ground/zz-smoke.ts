import * as fs from 'fs';
import * as path from 'path';
import * as ec2 from '@aws-sdk/client-ec2';
import { LocalAws, startAws } from './aws';
import { clientConfig, createCustomer, Customer } from './aws/customer';
import { run } from './build/command';
import { isReady, letNodesIn, populate } from './machine/customer';
import { Joiner } from './machine/joiner';
import { layFoundation, startCluster } from './machine/machine';
import { HOST_ADDRESS } from './machine/network';
import { apiServerUrl } from './machine/pki';
import { PodRuntime } from './machine/pod-runtime';
import { baseEnvironment, eventually, sleep } from './machine/processes';
import { RunContext } from './machine/run-context';

/** Runs the phases and gives the exit code. */
export async function runPhases(context: RunContext): Promise<number> {
  const { parts, processes, runDir, log, region } = context;
  const foundation = await layFoundation({ parts, processes, runDir, region });
  const facts = {
    name: 'prod', endpoint: apiServerUrl(), certificateAuthorityBase64: foundation.pki.caBase64, oidcIssuer: foundation.oidcIssuer,
  };
  const aws = await startAws({
    processes,
    runDir,
    log,
    region,
    pythonBin: parts.python,
    node24Bin: parts.node24,
    toolDirs: [],
    tls: { ...foundation.pki.aws, caBundleFile: foundation.pki.caBundleFile },
    secureListener: { host: HOST_ADDRESS, port: 443 },
    registryUrl: foundation.registry.url,
    serviceAccountPublicKeyPem: foundation.pki.serviceAccountPublicKeyPem,
    cluster: facts,
  });
  const customer = await createCustomer(aws, facts);
  log(`customer: ${JSON.stringify(customer)}`);
  const controlPlane = await startCluster(foundation, {
    parts,
    processes,
    runDir,
    log,
    region,
    clusterName: facts.name,
    administratorRoleArns: [customer.kubectlRoleArn],
    awsEnv: aws.env,
  });
  const { kube } = controlPlane;
  const roles = { nodeRoleArn: customer.nodeRoleArn, administratorRoleArn: 'arn:aws:iam::000000000000:role/platform' };
  const joiner = new Joiner({
    ec2: new ec2.EC2Client(clientConfig(aws)),
    cloudControllerKubeconfig: await foundation.pki.kubeconfig('cloud-controller-manager', ['system:masters']),
    caFile: foundation.pki.caBundleFile,
    clusterName: facts.name,
    region,
    log,
    signal: context.signal,
    credentialsForInstance: id => aws.credentialsForInstance(id),
  });
  joiner.start();
  const podRuntime = await PodRuntime.start({ parts, pki: foundation.pki, processes, runDir, region, log, signal: context.signal });
  await sleep(5000);
  await letNodesIn(kube, roles);
  await eventually('5 nodes are Ready', 60, async () => {
    const nodes = await kube.list('/api/v1/nodes');
    return nodes.length >= 5 && nodes.every(isReady) ? true : undefined;
  });
  await populate(kube, { ...roles, clusterName: facts.name });
  await sleep(20_000);
  const show = async () => log(await run(parts.kubectl, ['--kubeconfig', controlPlane.adminKubeconfig, 'get', 'pods,nodes', '-A', '-o', 'wide'], { env: baseEnvironment() }));
  await show();
  if (context.args[0] === 'karpenter') {
    await karpenter(context, aws, customer, controlPlane.adminKubeconfig, foundation.pki.caBundleFile);
    await show();
    log(JSON.stringify(podRuntime.records));
  }
  await sleep(Number(context.args[1] ?? 0) * 1000);
  await joiner.stop();
  await podRuntime.stop();
  await aws.stop();
  return 0;
}

async function karpenter(context: RunContext, aws: LocalAws, customer: Customer, kubeconfig: string, caFile: string) {
  const { parts, runDir, log } = context;
  const cli = async (...args: string[]) => run(path.join(parts.python, 'aws'), args, { env: { ...baseEnvironment(), ...aws.env } });
  const issuer = customer.oidcProviderArn.split('oidc-provider/')[1];
  const trust = (principal: object, action: string, condition?: object) => JSON.stringify({
    Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: principal, Action: action, ...(condition ? { Condition: condition } : {}) }],
  });
  await cli('iam', 'create-role', '--role-name', 'knode', '--assume-role-policy-document', trust({ Service: 'ec2.amazonaws.com' }, 'sts:AssumeRole'));
  await cli('iam', 'create-instance-profile', '--instance-profile-name', 'knode');
  await cli('iam', 'add-role-to-instance-profile', '--instance-profile-name', 'knode', '--role-name', 'knode');
  await cli('iam', 'create-role', '--role-name', 'kcontroller', '--assume-role-policy-document', trust(
    { Federated: customer.oidcProviderArn }, 'sts:AssumeRoleWithWebIdentity',
    { StringEquals: { [`${issuer}:aud`]: 'sts.amazonaws.com', [`${issuer}:sub`]: 'system:serviceaccount:karpenter:karpenter' } }));
  await cli('iam', 'put-role-policy', '--role-name', 'kcontroller', '--policy-name', 'p', '--policy-document', JSON.stringify({
    Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['ec2:*', 'ssm:*', 'pricing:*', 'eks:*', 'iam:*'], Resource: '*' }],
  }));
  await cli('ec2', 'create-tags', '--tags', 'Key=karpenter.sh/discovery,Value=prod', '--resources', ...customer.privateSubnetIds, customer.clusterSecurityGroupId);
  const helmEnv = { ...baseEnvironment(), KUBECONFIG: kubeconfig, SSL_CERT_FILE: caFile };
  const chart = (name: string, ...args: string[]) => run(parts.helm, [
    'upgrade', '--install', name, `oci://public.ecr.aws/karpenter/${name}`, '--version', 'v0.29.2', '-n', 'karpenter', '--create-namespace', ...args,
  ], { env: helmEnv });
  log(await chart('karpenter-crd'));
  log(await chart('karpenter', '--skip-crds', '--set', 'settings.aws.clusterName=prod', '--set', 'settings.aws.defaultInstanceProfile=knode', '--set',
    'serviceAccount.annotations.eks\\.amazonaws\\.com/role-arn=arn:aws:iam::000000000000:role/kcontroller', '--wait', '--timeout', '60s'));
  const kubectl = async (input: string, ...args: string[]) => run(parts.kubectl, ['--kubeconfig', kubeconfig, ...args], { env: baseEnvironment(), input });
  fs.writeFileSync(path.join(runDir, 'p.yaml'), '');
  log(await kubectl(`
apiVersion: karpenter.sh/v1alpha5
kind: Provisioner
metadata: {name: default}
spec:
  requirements:
    - {key: karpenter.k8s.aws/instance-category, operator: In, values: [c, m, r]}
    - {key: karpenter.k8s.aws/instance-generation, operator: Gt, values: ["2"]}
  providerRef: {name: default}
---
apiVersion: karpenter.k8s.aws/v1alpha1
kind: AWSNodeTemplate
metadata: {name: default}
spec:
  subnetSelector: {karpenter.sh/discovery: prod}
  securityGroupSelector: {karpenter.sh/discovery: prod}
`, 'apply', '-f', '-'));
  await kubectl('', 'scale', '-n', 'shop', 'deploy/frontend', '--replicas=30');
  await sleep(20_000);
  const mapRoles = `- rolearn: arn:aws:iam::000000000000:role/knode\n  username: system:node:{{EC2PrivateDNSName}}\n  groups: [system:bootstrappers, system:nodes]\n- rolearn: ${customer.nodeRoleArn}\n  username: system:node:{{EC2PrivateDNSName}}\n  groups: [system:bootstrappers, system:nodes]\n`;
  await kubectl('', 'patch', '-n', 'kube-system', 'cm/aws-auth', '--type=merge', '-p', JSON.stringify({ data: { mapRoles } }));
  await sleep(45_000);
}
import { Authorizer } from './aws/iam/authorizer';
const original = (Authorizer.prototype as any).evaluate;
(Authorizer.prototype as any).evaluate = function (p: any, ip: any, need: any, rp: any) {
  return original.call(this, p, ip, { ...need, resource: need.resource.replace('arn:aws:ssm:us-east-1::', 'arn:aws:ssm:us-east-1:000000000000:') }, rp);
};
