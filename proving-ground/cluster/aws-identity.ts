import { Authority, KeyPair } from './authority';
import { HOST_ADDRESS } from './network';

/** What AWS shows to its clients, and what they trust: SSL_CERT_FILE, AWS_CA_BUNDLE and NODE_EXTRA_CA_CERTS. */
export interface AwsIdentity extends KeyPair {
  readonly caBundleFile: string;
}

/** A certificate for the real host names of AWS. */
export async function awsIdentity(folder: string, region: string): Promise<AwsIdentity> {
  const authority = await Authority.create(folder, 'aws-authority');
  const pair = await authority.issue('aws', '/CN=aws', [
    'DNS:localhost', 'IP:127.0.0.1', `IP:${HOST_ADDRESS}`, 'DNS:public.ecr.aws', 'DNS:*.amazonaws.com',
    // A wildcard stands for one label only.
    ...[...new Set([region, 'us-east-1'])].flatMap(name => [
      `DNS:*.${name}.amazonaws.com`, `DNS:*.ecr.${name}.amazonaws.com`, `DNS:*.pricing.${name}.amazonaws.com`,
      `DNS:*.ecr-public.${name}.amazonaws.com`, `DNS:*.eks.${name}.amazonaws.com`, `DNS:*.s3.${name}.amazonaws.com`,
    ]),
  ]);
  return { ...pair, caBundleFile: authority.certFile };
}
