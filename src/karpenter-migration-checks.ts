import { Token } from 'aws-cdk-lib';
import { KarpenterMigrationProps } from './karpenter-migration-props';
import { ProvisionerOptions } from './provisioning/provisioner-options';

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Refuses properties that contradict each other, and names that the Kubernetes API would refuse half-way through a deployment. */
export function checkProps(props: KarpenterMigrationProps): void {
  const { namespace, serviceAccountName, instanceProfile, nodeRole, nodeTemplate, provisioner } = props;
  checkName('namespace', namespace, DNS_LABEL, 'a DNS label: at most 63 lower-case letters, digits or "-"');
  checkName('serviceAccountName', serviceAccountName, DNS_SUBDOMAIN, 'a DNS name: at most 253 lower-case letters, digits, "-" or "."');
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

function checkName(property: string, name: string | undefined, allowed: RegExp, description: string): void {
  if (name !== undefined && !Token.isUnresolved(name) && !allowed.test(name)) {
    throw new Error(`${property} "${name}" is not ${description} that begin and end with a letter or digit`);
  }
}
