/**
 * What is around a drain, in a process of its own, so that nobody takes its time for the step's: whoever makes nodes in Karpenter's place, and whoever
 * keeps the book of the workloads. surroundings.ts KUBECONFIG FILE SECONDS; when it is told to end it writes into the file what it saw.
 */
import * as fs from 'fs';
import { Crowd } from './crowd';
import { karpenterNode } from './objects';
import { Kube, WatchEvent } from '../../../proving-ground/cluster/kube';
import { podView } from '../../../proving-ground/observe/views';
import { V1_API } from '../../../src/karpenter/v1/api';

const [kubeconfig, file, seconds] = process.argv.slice(2);
/** kwok makes a node Ready so much later than it was made, on average. */
const READY_AFTER = 3.5;
const LOOK_MILLISECONDS = 500;

const kube = new Kube({ kubeconfig });
const crowd = new Crowd();
const end = new AbortController();
let made = 0;

function launch(count: number): void {
  for (let each = 0; each < count; each += 1) {
    made += 1;
    const node = karpenterNode(made, V1_API.ownerLabel);
    crowd.launched(node.metadata.name);
    setTimeout(() => void kube.create('/api/v1/nodes', node).catch(fail), (Number(seconds) - READY_AFTER) * 1000);
  }
}

function fail(error: Error): void {
  console.error(error);
  process.exit(1);
}

function onPod({ type, object }: WatchEvent): void {
  const pod = podView(object);
  if (type === 'DELETED') {
    crowd.gone(pod);
  } else {
    crowd.pod(pod);
  }
}

function onNode({ type, object }: WatchEvent): void {
  if (type === 'DELETED') {
    crowd.nodeGone(object.metadata.name);
  }
}

for (const [path, onEvent] of [['/api/v1/pods', onPod], ['/api/v1/nodes', onNode]] as const) {
  kube.watch(path, onEvent, end.signal).catch(fail);
}
setInterval(() => launch(crowd.missingNodes()), LOOK_MILLISECONDS);
process.on('SIGTERM', () => {
  fs.writeFileSync(file, JSON.stringify({ ...crowd.report(), made }));
  process.exit(0);
});
console.log('watching');
