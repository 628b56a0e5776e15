import { KarpenterMigrationProps } from './karpenter-migration-props';
import { checkDnsName, checkNamespace } from './provisioning/kubernetes-names';
import { ProvisionerOptions } from './provisioning/provisioner-options';

/** Refuses properties that contradict each other, and names that the Kubernetes API would refuse half-way through a deployment. */
export function checkProps(props: KarpenterMigrationProps): void {
  const { namespace, serviceAccountName, instanceProfile, nodeRole, nodeTemplate, provisioner } = props;
  checkNamespace('namespace', namespace);
  checkDnsName('serviceAccountName', serviceAccountName);
  if (instanceProfile && !nodeRole) {
    throw new Error('instanceProfile is set without nodeRole: set nodeRole to the role in that profile, because it must be let into the cluster and be passed');
  }
  if (nodeTemplate && bringsNodeTemplate(provisioner)) {
    const given = provisioner?.nodeTemplateName === undefined ? 'nodeTemplate' : `nodeTemplateName ("${provisioner.nodeTemplateName}")`;
    throw new Error(`provisioner.${given} is set, so nodeTemplate would have no effect: keep one of them`);
  }
}

/** Whether a Provisioner's nodes are launched by a node template of its own. */
export function bringsNodeTemplate(options: ProvisionerOptions = {}): boolean {
  return options.nodeTemplate !== undefined || options.nodeTemplateName !== undefined;
}
