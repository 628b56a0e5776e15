import { AwsAuth } from './plan';

/** The ConfigMap as it was read, with what proves that nobody has changed it since. */
export interface VersionedAwsAuth {
  readonly content: AwsAuth;
  readonly version: string;
}

/** The aws-auth ConfigMap of one cluster. All writes answer false if somebody else was quicker. */
export interface NodeAccessPort {
  read(): Promise<VersionedAwsAuth | undefined>;
  create(content: AwsAuth): Promise<boolean>;
  replace(content: AwsAuth, version: string): Promise<boolean>;
  discard(version: string): Promise<boolean>;
}
