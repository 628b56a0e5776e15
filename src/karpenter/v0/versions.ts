import { V0_API } from './api';
import { Versions } from '../versions';

/** @see https://karpenter.sh/v0.31/upgrade-guide/#compatibility-matrix */
export const V0_VERSIONS: Versions = {
  api: V0_API.name,
  release: 'v0',
  defaultVersion: '0.29.2',
  lines: [
    { minor: '0.29', patch: '0.29.2', kubernetes: { minimum: '1.23', maximum: '1.27' } },
    { minor: '0.30', patch: '0.30.0', kubernetes: { minimum: '1.23', maximum: '1.27' } },
    { minor: '0.31', patch: '0.31.4', newest: '0.31.5', kubernetes: { minimum: '1.23', maximum: '1.28' } },
  ],
  isMaintained: false,
  upgrade: 'Karpenter 0.32, which knows Provisioners and NodePools (https://karpenter.sh/v0.32/upgrading/v1beta1-migration/), then 0.33 to 0.37, then 1.0 '
    + '(https://karpenter.sh/v1.0/upgrading/v1-migration/), then newer ones',
};
