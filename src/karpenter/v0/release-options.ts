import { AWSNodeTemplateOptions } from '../../provisioning/v0/aws-node-template-options';
import { ProvisionerOptions } from '../../provisioning/v0/provisioner-options';

/** Which Karpenter of the API generation with Provisioners, and its first Provisioner. */
export interface KarpenterReleaseV0Options {
  /**
   * The version without a leading `v`: 0.29.0 to 0.29.2, 0.30.0, or 0.31.0 to 0.31.5; any other is an error, as no other was published.
   *
   * @default '0.29.2'
   */
  readonly version?: string;

  /**
   * The first Provisioner; `migration.addProvisioner(...)` adds others.
   *
   * @default - the guide's: name `default`, instance categories c, m and r, generation above 2
   */
  readonly provisioner?: ProvisionerOptions;

  /**
   * The node template of the first Provisioner; `migration.addNodeTemplate(...)` adds others.
   *
   * @default - the guide's: name `default`, selecting by `discovery`
   */
  readonly nodeTemplate?: AWSNodeTemplateOptions;
}
