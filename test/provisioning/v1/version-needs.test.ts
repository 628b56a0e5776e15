import { Duration } from 'aws-cdk-lib';
import { Requirement } from '../../../src/provisioning/requirement';
import { AmiAlias, AmiTerm, NodeClassAmiFamily } from '../../../src/provisioning/v1/ami';
import { CapacityReservationTerm, InstanceMatchCriteria } from '../../../src/provisioning/v1/capacity-reservation-term';
import { Consolidation } from '../../../src/provisioning/v1/disruption';
import { DisruptionBudget, DisruptionReason } from '../../../src/provisioning/v1/disruption-budget';
import { EC2NodeClassOptions } from '../../../src/provisioning/v1/ec2-node-class-options';
import { NetworkInterfaceType, PlacementGroup } from '../../../src/provisioning/v1/node-class-network';
import { NodePoolOptions } from '../../../src/provisioning/v1/node-pool-options';
import { checkEC2NodeClassVersion, checkNodePoolVersion } from '../../../src/provisioning/v1/version-needs';
import { WellKnownLabel } from '../../../src/provisioning/well-known-label';

const asking = (requirement: Requirement): NodePoolOptions => ({ requirements: [requirement] });

test.each<[what: string, options: NodePoolOptions, before: string, since: string]>([
  ['`Requirement.atLeast` on "a"', asking(Requirement.atLeast('a', 1)), '1.8.6', '1.9.0'],
  ['`Requirement.atMost` on "a"', asking(Requirement.atMost('a', 1)), '1.8.6', '1.9.0'],
  ['requirement on "node-role.kubernetes.io/worker"', asking(Requirement.exists('node-role.kubernetes.io/worker')), '1.8.0', '1.9.0'],
  ['requirement on "example.k8s.io/a"', asking(Requirement.exists('example.k8s.io/a')), '1.8.0', '1.9.0'],
  ['label "app.kubernetes.io/name"', { labels: { 'app.kubernetes.io/name': 'a' } }, '1.5.0', '1.9.0'],
  ['requirement on "karpenter.k8s.aws/capacity-reservation-type"', asking(Requirement.exists(WellKnownLabel.CAPACITY_RESERVATION_TYPE)), '1.5.9', '1.6.0'],
  ['requirement on "karpenter.k8s.aws/instance-capability-flex"', asking(Requirement.exists(WellKnownLabel.INSTANCE_CAPABILITY_FLEX)), '1.6.0', '1.7.0'],
  ['requirement on "karpenter.k8s.aws/instance-tenancy"', asking(Requirement.exists(WellKnownLabel.INSTANCE_TENANCY)), '1.8.0', '1.9.0'],
  ['requirement on "karpenter.k8s.aws/placement-group-id"', asking(Requirement.exists(WellKnownLabel.PLACEMENT_GROUP_ID)), '1.10.0', '1.11.0'],
  ['`Consolidation.balanced`', { consolidation: Consolidation.balanced(Duration.minutes(1)) }, '1.13.0', '1.14.0'],
  ['disruption budget for the reason Unhealthy', { disruptionBudgets: [DisruptionBudget.nodes(1, { reasons: [DisruptionReason.UNHEALTHY] })] }, '1.14.3', '1.15.0'],
])('a NodePool with %s is refused before Karpenter knew it', (what, options, before, since) => {
  expect(() => checkNodePoolVersion(options, before)).toThrow(`NodePool has what Karpenter ${before} does not know: ${what} (from ${since.replace(/\.0$/, '')} on)`);
  expect(() => checkNodePoolVersion(options, since)).not.toThrow();
});

test.each<[what: string, options: EC2NodeClassOptions, before: string, since: string]>([
  ['image family Windows2025', { amiAlias: AmiAlias.windows2025Latest() }, '1.8.6', '1.9.0'],
  ['image family Windows2025', { amiSelectorTerms: [AmiTerm.id('ami-1')], amiFamily: NodeClassAmiFamily.WINDOWS_2025 }, '1.8.6', '1.9.0'],
  ['`instanceMatchCriteria` of a capacity reservation term',
    { capacityReservationSelectorTerms: [CapacityReservationTerm.matching({ instanceMatchCriteria: InstanceMatchCriteria.OPEN })] }, '1.7.0', '1.8.0'],
  ['`ipPrefixCount`', { ipPrefixCount: 0 }, '1.7.0', '1.8.0'],
  ['`networkInterfaces`', { networkInterfaces: [{ networkCardIndex: 0, deviceIndex: 0, interfaceType: NetworkInterfaceType.INTERFACE }] }, '1.10.0', '1.11.0'],
  ['`placementGroup`', { placementGroup: PlacementGroup.byName('a') }, '1.10.0', '1.11.0'],
  ['`connectionTracking`', { connectionTracking: { udpTimeout: Duration.seconds(30) } }, '1.12.1', '1.13.0'],
  ['`nestedVirtualization`', { nestedVirtualization: false }, '1.12.1', '1.13.0'],
])('an EC2NodeClass with %s is refused before Karpenter knew it', (what, options, before, since) => {
  expect(() => checkEC2NodeClassVersion(options, before)).toThrow(`EC2NodeClass has what Karpenter ${before} does not know: ${what} (from ${since.replace(/\.0$/, '')} on)`);
  expect(() => checkEC2NodeClassVersion(options, since)).not.toThrow();
});

test('everything that a version does not know is said at once', () => {
  const options = { requirements: [Requirement.atLeast('a', 1)], consolidation: Consolidation.balanced(Duration.minutes(1)) };

  expect(() => checkNodePoolVersion(options, '1.5.0')).toThrow('`Requirement.atLeast` on "a" (from 1.9 on), `Consolidation.balanced` (from 1.14 on); leave it out');
});

test.each(['1.5.0', '1.8.0', '1.14.3'])('the defaults, and what all versions know, need nothing of %s', (version) => {
  expect(() => checkNodePoolVersion({}, version)).not.toThrow();
  expect(() => checkEC2NodeClassVersion({}, version)).not.toThrow();
  expect(() => checkNodePoolVersion({
    requirements: [
      Requirement.exists(WellKnownLabel.ZONE), Requirement.exists('node.kubernetes.io/pool'), Requirement.exists('beta.kubernetes.io/arch'),
      Requirement.exists(WellKnownLabel.ZONE_ID), Requirement.exists('kops.k8s.io/group'), Requirement.exists('example.com/team').withMinValues(2),
    ],
    labels: { 'node-restriction.kubernetes.io/team': 'a' },
    disruptionBudgets: [DisruptionBudget.nodes(1, { reasons: [DisruptionReason.DRIFTED] })],
  }, version)).not.toThrow();
});
