import { spawnSync } from 'child_process';
import { GoProgram, goBinary } from './go-binaries';
import { Workshop } from './workshop';

/** Lets the authenticator's own package read what ConfigMaps aws-auth hold. */
export const AWS_AUTH: GoProgram = { name: 'aws-auth', packagePath: '.', toolchain: 'auto', ldflags: '-s -w', seconds: 90 };

/** Whom a ConfigMap lets in, by ARN in lower case, and what the authenticator complains about. */
export interface AwsAuthReading {
  readonly roles: Readonly<Record<string, object>>;
  readonly users: Readonly<Record<string, object>>;
  readonly problem?: string;
}

/** What the authenticator makes of each ConfigMap's data. */
export async function authenticatorReadings(documents: readonly object[], workshop: Workshop): Promise<AwsAuthReading[]> {
  const { stdout, stderr, status } = spawnSync(await goBinary(AWS_AUTH, workshop), { input: JSON.stringify(documents), encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) {
    throw new Error(`aws-auth ended with ${status}: ${stderr}`);
  }
  return JSON.parse(stdout) as AwsAuthReading[];
}
