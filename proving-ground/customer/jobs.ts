import { KubeObject } from '../cluster/kube';
import { COMPLETES_AFTER_ANNOTATION, READY_AFTER_ANNOTATION } from '../cluster/kwok-stages';

/** Longer than anything that is done to the cluster: a pod that is moved begins anew. */
const IMPORT_TAKES = '5400s';

/** A Job that runs for hours, and a CronJob that somebody suspended. */
export function shopJobs(namespace: string): KubeObject[] {
  return [
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'import', namespace },
      spec: { backoffLimit: 6, template: template('import', IMPORT_TAKES) },
    },
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'invoices', namespace },
      spec: { schedule: '0 3 * * *', suspend: true, jobTemplate: { spec: { template: template('invoices', '60s') } } },
    },
  ];
}

function template(name: string, takes: string): KubeObject {
  return {
    metadata: { labels: { app: name }, annotations: { [READY_AFTER_ANNOTATION]: '2s', [COMPLETES_AFTER_ANNOTATION]: takes } },
    spec: {
      restartPolicy: 'Never',
      containers: [{
        name,
        image: `registry.example.com/shop/${name}:1`,
        resources: { requests: { cpu: '200m', memory: '512Mi' }, limits: { memory: '512Mi' } },
      }],
    },
  };
}
