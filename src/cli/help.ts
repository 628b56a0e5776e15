import { CommandName } from './arguments';

const CLUSTER_OPTIONS = `  -c, --cluster NAME     the EKS cluster
  -r, --region CODE      its region; that of the environment or of the profile if left out
      --profile NAME     a profile of the AWS configuration
      --kubeconfig FILE  asks the Kubernetes API as this file says; with a token of EKS for the caller if left out
      --json             prints one JSON document, for programs
  -h, --help             this text`;

const TEXTS: Readonly<Record<CommandName, string>> = {
  plan: `cdk-karpenter-migration plan --cluster NAME [options]

Reads a cluster and prints what a migration from the Cluster Autoscaler to Karpenter would do, what would stop it, and the code to write.
It changes nothing.

${CLUSTER_OPTIONS}
      --language NAME    of the code: typescript (if left out) or python
      --release NAME     the generation of Karpenter: v0 or v1; the newest that serves the cluster if left out
      --rights           prints the policy document and the ClusterRole that a caller needs, and asks nobody

Exit code: 0 ready, 1 something would stop a migration, 2 the cluster cannot be read, 64 the command line makes no sense.`,
  status: `cdk-karpenter-migration status --cluster NAME [-w] [--timeout 2h] [options]

Reads from a cluster how far its migration is, what it does and who is in the way. It changes nothing.

${CLUSTER_OPTIONS}
  -w, --watch            goes on until the stage is reached or the run has stopped
      --timeout TIME     gives up watching after this long: 90s, 30m, 2h

Exit code: 0 the stage is reached, 1 the run has stopped, 2 it is on its way or paused (also at the timeout), 3 it cannot be read,
64 the command line makes no sense.`,
};

export function helpText(about?: CommandName): string {
  return about ? TEXTS[about] : `cdk-karpenter-migration plan --cluster NAME    what a migration would do, and the code to write
cdk-karpenter-migration status --cluster NAME  how far a migration is, and who is in the way
cdk-karpenter-migration help COMMAND           all options of a command
cdk-karpenter-migration --version

Both read only.`;
}
