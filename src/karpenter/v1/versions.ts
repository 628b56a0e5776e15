import { V1_API } from './api';
import { KubernetesRange, Versions } from '../versions';

const upTo = (maximum: string): KubernetesRange => ({ minimum: '1.26', maximum });

/** @see https://karpenter.sh/docs/upgrading/compatibility/ */
export const V1_VERSIONS: Versions = {
  api: V1_API.name,
  release: 'v1',
  defaultVersion: '1.14.3',
  lines: [
    { minor: '1.5', patch: '1.5.8', kubernetes: upTo('1.33') },
    { minor: '1.6', patch: '1.6.8', kubernetes: upTo('1.34') },
    { minor: '1.7', patch: '1.7.6', kubernetes: upTo('1.34') },
    { minor: '1.8', patch: '1.8.8', kubernetes: upTo('1.34') },
    { minor: '1.9', patch: '1.9.2', newest: '1.9.3', kubernetes: upTo('1.35') },
    { minor: '1.10', patch: '1.10.2', kubernetes: upTo('1.35') },
    { minor: '1.11', patch: '1.11.3', kubernetes: upTo('1.35') },
    { minor: '1.12', patch: '1.12.2', kubernetes: upTo('1.35') },
    { minor: '1.13', patch: '1.13.1', kubernetes: upTo('1.36') },
    { minor: '1.14', patch: '1.14.3', kubernetes: upTo('1.36') },
    { minor: '1.15', patch: '1.15.1', kubernetes: upTo('1.37') },
  ],
  isMaintained: true,
  upgrade: 'no way back to Provisioners: upstream only goes forward',
};
