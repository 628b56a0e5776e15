import { Need, NeedsOf, withPrefix, World } from './need';

/** Permissions of Auto Scaling calls that name a group, with the group's tags as they are. */
export const AUTO_SCALING_NEEDS: Readonly<Record<string, NeedsOf>> = {
  'autoscaling:TerminateInstanceInAutoScalingGroup': async (call, world) =>
    [need(call.action!, world, await world.account.autoScalingGroupOf(call.parameters.InstanceId))],
  ...Object.fromEntries(['SuspendProcesses', 'ResumeProcesses', 'SetDesiredCapacity', 'UpdateAutoScalingGroup'].map((action): [string, NeedsOf] =>
    [`autoscaling:${action}`, async (call, world) => [need(action, world, await world.account.autoScalingGroup(call.parameters.AutoScalingGroupName))]])),
};

function need(action: string, world: World, group: { arn: string; tags: Record<string, string> } | undefined): Need {
  return {
    action: `autoscaling:${action}`,
    resource: group?.arn ?? `arn:aws:autoscaling:${world.region}:${world.accountId}:autoScalingGroup:none:autoScalingGroupName/none`,
    context: { ...withPrefix('aws:ResourceTag/', group?.tags ?? {}), ...withPrefix('autoscaling:ResourceTag/', group?.tags ?? {}) },
  };
}
