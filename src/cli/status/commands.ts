import { PauseReason } from '../../workflow/pause-reason';

/** For each reason the command of its article in the runbook that shows most. Where the sentence of the run has it all, there is none. */
export const COMMANDS: Readonly<Partial<Record<PauseReason, string>>> = {
  [PauseReason.DISRUPTION_BUDGET]: 'kubectl get pdb -A -o wide',
  [PauseReason.DISRUPTION_LIMIT]: 'kubectl -n NAMESPACE get pods -o wide',
  [PauseReason.EVICTION_REFUSED]: 'kubectl get validatingwebhookconfigurations,validatingadmissionpolicies',
  [PauseReason.NOWHERE_TO_GO]: 'kubectl get nodes --show-labels',
  [PauseReason.REPLACEMENT_NOT_READY]: 'kubectl -n NAMESPACE describe pod POD',
  [PauseReason.NO_NEW_NODE]: 'kubectl get pods -A --field-selector=status.phase=Pending',
  [PauseReason.POD_NOT_ENDING]: 'kubectl -n NAMESPACE get pod POD -o json | jq \'.metadata | {deletionTimestamp, finalizers}\'',
  [PauseReason.VOLUME_ATTACHED]: 'kubectl get volumeattachments | grep NODE',
  [PauseReason.AUTOSCALER_UNCLEAR]: 'kubectl get deployments -A --show-labels | grep -i autoscaler',
  [PauseReason.AUTOSCALER_SHARED]: 'aws autoscaling describe-auto-scaling-groups --query \'AutoScalingGroups[].AutoScalingGroupName\'',
  [PauseReason.AUTOSCALER_STILL_ACTIVE]: 'kubectl -n NAMESPACE get pods -o wide | grep autoscaler',
  [PauseReason.ROLLOUT_STUCK]: 'kubectl get nodes -l eks.amazonaws.com/nodegroup',
  [PauseReason.NODEGROUP_BUSY]: 'aws eks list-updates --name $CLUSTER --nodegroup-name NAME',
  [PauseReason.CONTROLLER_NOT_WORKING]: 'kubectl get pods -A -l app.kubernetes.io/name=karpenter',
  [PauseReason.NO_ANSWER]: 'kubectl get --raw \'/readyz?verbose\' | tail -20',
};

/** The command for a pause, with the names that the run's sentence has; words in capitals are left for the reader. */
export function commandFor(by: PauseReason, says: string, cluster: string): string | undefined {
  const pod = /\bpod ([a-z0-9.-]+)\/([a-z0-9.-]+)(?: on ([a-z0-9.-]+))?/.exec(says);
  const names: Readonly<Record<string, string | undefined>> = { NAMESPACE: pod?.[1], POD: pod?.[2], NODE: pod?.[3], $CLUSTER: cluster };
  return COMMANDS[by]?.replace(/\$CLUSTER|\b(?:NAMESPACE|POD|NODE)\b/g, word => names[word] ?? word);
}
